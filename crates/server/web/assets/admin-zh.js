// What the operator's view says in Traditional Chinese.

export const WORDS = {
  skip: '跳到內容', theme: '明暗', title: '管理一覽', foot: '只有編號、狀態、原因與時間，從不顯示所問之事。',
  lead: '服務現況，即時更新。這裡從不顯示任何問題或解讀。',
  key: '管理金鑰', keep: '留在這個分頁，直到登出', sign_in: '登入', signing: '登入中……', sign_out: '登出', signed_out: '已登出。',
  how: '請在執行伺服器的機器上產生金鑰：',
  live: '暫停更新', paused: '繼續更新', refresh: '更新', sure: '確定嗎？', as_of: '{time} 的情形',
  refreshed: '{running} 則書寫中，{queued} 則等候，{readers} 位讀者。',

  problem_unauthenticated: '這裡不認得這把金鑰，或它已失效。', problem_key_missing: '請貼上金鑰。',
  problem_scope_missing: '這把金鑰可以求問與閱讀，但不能查看服務現況。',
  problem_rate_limited: '嘗試太多次了，請稍候一分鐘。', problem_storage_unavailable: '儲存沒有回應。畫面是先前的情形，正在重試。',
  problem_draining: '伺服器正在結束，由另一個接手。',
  status_0: '連不上伺服器，正在重試。', status_other: '伺服器回應 {n}，正在重試。',
  hint_401: '請再核對一次，或照下面的方法另產生一把。', hint_403: '請照下面的方法，產生一把帶有 admin 權限的金鑰。',

  part_now: '此刻', part_unfinished: '書寫中與等候中', part_models: '模型', part_wrong: '出了什麼差錯', part_budgets: '今日額度（UTC）', part_house: '內務', part_audit: '做過的事',
  state_well: '一切安好', state_look: '請留意',
  look_draining: '伺服器正在結束，不再收新的問題。', look_model: '{model} 出了問題：{why}。', look_wait: '有人已等候 {time}，仍未輪到。',
  look_failures: '最近 {of} 則之中有 {n} 則失敗。', look_budget: '{whose}：今日的{unit}已用去 {share}。', look_disk: '磁碟只剩 {size}。', look_connections: '{of} 條連線已開了 {n} 條。',

  running: '書寫中', running_note: '同時最多 {n} 則', queued: '等候', queued_note: '最久 {time}', queued_none: '無人等候',
  readers: '讀者', readers_note: '{n} 條連線', first_token: '落筆', first_token_note: '發問之後，中位數', pieces: '每秒字數', pieces_note: '所有模型，以 token 計',
  ended: '已完成', ended_since: '啟動以來，{n} 則失敗', ended_note: '完成 {good}，失敗 {bad}',
  hour: '最近一小時', most: '最高 {n}', none: '–', of: '{n}／{of}',
  plot: '{label}：現在 {now}。最近一小時在 {low} 與 {high} 之間。', plot_none: '{label}：最近一小時沒有。', plot_bars: '{label}，最近一小時：{good} 則，另有 {bad} 則失敗。',

  unfinished: '書寫中或等候中的解讀', unfinished_none: '沒有書寫中的解讀，也無人等候。', task: '解讀', who: '求問者', guest: '訪客', person: '登入的人',
  state: '狀態', sections: '段落', since: '已歷時', attempts: '嘗試', calls: '呼叫', actions: '可做的事', cancel: '停止', cancelled: '已停止這則解讀。', ended_before: '它先前已經結束。',
  phase_queued: '等候中', phase_retrieving: '翻查典籍', phase_generating: '書寫中', phase_waiting_for_model: '等候模型', phase_thinking: '模型思量中', phase_writing: '書寫中', phase_storage_unavailable: '等候儲存',
  models: '模型，依詢問的先後', models_none: '沒有設定模型，解讀取自古注。', model: '模型', model_unasked: '尚未詢問', model_working: '正常', model_failing: '異常',
  first_words: '落筆', whole: '整次呼叫', pace: '每秒 token', failed_calls: '失敗', last_failure: '最近的失敗', latency: '{median}，最慢 {p95}',
  model_fails: '{model} 出了問題。', model_works: '{model} 恢復正常。',
  failed: '最近失敗的', failed_none: '最近一千則沒有失敗。', reason: '原因', when: '時間',
  failures: '失敗', checks: '未過的檢查', resets: '丟棄的文字', changes: '途中的變動', refusals: '拒絕的請求', reason_none: '沒有', last_readings: '最近 {n} 則之中', since_start: '啟動以來',
  whose_guests: '所有訪客', whose_embedded_guests: '其他網站嵌入框的訪客', whose_service: '整個服務', readings: '則解讀', tokens: 'token', spent_of: '{n}／{of} {unit}', spent_free: '{n} {unit}，沒有上限',
  part_reports: '回報為不好的解讀', reports: '回報為不好的解讀', reports_none: '沒有人回報。', lot: '籤', writer: '執筆', word: '說明',
  version: '版本', up: '已運行', up_since: '自 {time} 起', kept: '留存的解讀', database: '資料庫', log: '日誌', free: '磁碟剩餘', connections: '連線',
  audit: '以管理者名義做過的事，新的在前', audit_none: '還沒有做過什麼。', act: '事項', object: '對象', actor: '由誰', older: '再往前',
  act_account_created: '建立帳號', act_account_erased: '刪除帳號', act_key_created: '產生金鑰', act_key_rotated: '更換金鑰', act_key_revoked: '終止金鑰', act_decks_reloaded: '重讀籤本', act_settings_reloaded: '重讀設定', act_task_cancelled: '停止解讀',

  call_connect: '連不上', call_timed_out: '太慢', call_unavailable: '忙碌或故障', call_refused: '拒絕請求', call_failed: '回答途中失敗', call_cut_off: '回答沒有結尾', call_empty: '回答是空的', call_malformed: '不合協定', call_given_up: '失敗，未再嘗試',
  failure_models_failed: '沒有模型能書寫', failure_attempts_exhausted: '五次嘗試都中斷', failure_internal: '伺服器的差錯',
  check_present: '沒有內容', check_language: '語言不符', check_length: '太短或沒有結尾', check_quotation: '引文無出處', check_stranger: '別的籤或神明', check_placeholder: '空格未填', check_refusal: '談模型自己', check_repetition: '重複', check_promise: '許諾結果', check_prognosis: '斷言生死病痛', check_voice: '冒充神明說話', check_threat: '恐嚇', check_sale: '兜售', check_confidence: '編造百分比', check_coverage: '漏了籤詩的句子', check_leak: '洩漏提示',
  reset_check_failed: '檢查未過', reset_withheld: '顯示之前就攔下', reset_model_failed: '模型失敗', reset_interrupted: '執筆中斷', reset_out_of_time: '時間用盡',
  notice_model_switched: '由下一個模型接手', notice_classic_filled: '由古注補足', notice_no_model: '沒有模型', notice_traditional_text: '籤本原文', notice_section_rewritten: '有一段重寫', notice_section_unrepaired: '有一段仍未改好',
};

export const CODES = {};
