// What the operator's view says in Japanese.

export const WORDS = {
  skip: '本文へ', theme: '明るさ', title: '運営の様子', foot: '番号と状態、理由と時刻だけ。問いの中身は決して表示しません。',
  lead: 'サービスの今の様子です。問いも解釈も、ここに表示されることはありません。',
  key: '管理キー', keep: 'サインアウトするまでこのタブに残す', sign_in: 'サインイン', signing: 'サインインしています…', sign_out: 'サインアウト', signed_out: 'サインアウトしました。',
  how: 'キーは、サーバーを動かしているマシンで作ります。',
  live: '更新を止める', paused: '更新を再開', refresh: '更新', sure: 'よろしいですか', as_of: '{time} の様子',
  refreshed: '執筆中 {running} 件、順番待ち {queued} 件、読み手 {readers} 人。',

  problem_unauthenticated: 'このキーは登録されていないか、期限が切れています。', problem_key_missing: 'キーを貼り付けてください。',
  problem_scope_missing: 'このキーでは、問いと閲覧はできますが、運営の様子は見られません。',
  problem_rate_limited: '試した回数が多すぎます。1分ほどお待ちください。', problem_storage_unavailable: '保存先が応答しません。表示は少し前のものです。再度試しています。',
  problem_draining: 'サーバーは終了するところです。別のサーバーが引き継ぎます。',
  status_0: 'サーバーに接続できません。再度試しています。', status_other: 'サーバーの応答は {n} でした。再度試しています。',
  hint_401: 'もう一度確かめるか、下の方法で作り直してください。', hint_403: '下の方法で、admin の権限をもつキーを作ってください。',

  part_now: 'ただいま', part_unfinished: '執筆中と順番待ち', part_models: 'モデル', part_wrong: 'うまくいかなかったこと', part_budgets: '今日の予算（UTC）', part_house: 'サーバー', part_audit: '行われたこと',
  state_well: '順調です', state_look: 'ご確認ください',
  look_draining: 'サーバーは終了するところです。新しい問いは受け付けません。', look_model: '{model} がうまく動いていません（{why}）。', look_wait: '{time} も順番を待っている人がいます。',
  look_failures: '直近 {of} 件のうち {n} 件が失敗しました。', look_budget: '{whose}は、今日の{unit}の {share} を使いました。', look_disk: 'ディスクの残りは {size} だけです。', look_connections: '接続は {of} 本のうち {n} 本が使われています。',

  running: '執筆中', running_note: '同時に最大 {n} 件', queued: '順番待ち', queued_note: '最長 {time}', queued_none: '待っている人はいません',
  readers: '読み手', readers_note: '接続 {n} 本', first_token: '書き始めまで', first_token_note: '問いからの中央値', pieces: '毎秒の文字', pieces_note: '全モデル、トークン数',
  ended: '完了', ended_since: '起動後の失敗 {n} 件', ended_note: '完了 {good}、失敗 {bad}',
  hour: '直近1時間', most: '最大 {n}', none: '–', of: '{n}／{of}',
  plot: '{label}、現在は {now}。直近1時間は {low} から {high} の間。', plot_none: '{label}、直近1時間はありません。', plot_bars: '{label}、直近1時間に {good} 件、失敗 {bad} 件。',

  unfinished: '執筆中または順番待ちの解釈', unfinished_none: '執筆中のものも、待っている人もいません。', task: '解釈', who: '問うた人', guest: 'ゲスト', person: 'サインイン利用者',
  state: '状態', sections: '段落', since: '経過', attempts: '試行', calls: '呼び出し', actions: '操作', cancel: '中止', cancelled: '解釈を中止しました。', ended_before: 'すでに終わっていました。',
  phase_queued: '順番待ち', phase_retrieving: '調べています', phase_generating: '執筆中', phase_waiting_for_model: 'モデル待ち', phase_thinking: 'モデルが思案中', phase_writing: '執筆中', phase_storage_unavailable: '保存待ち',
  models: 'モデル、尋ねる順', models_none: 'モデルの設定はありません。解釈は古い注釈によります。', model: 'モデル', model_unasked: 'まだ尋ねていません', model_working: '正常', model_failing: '異常',
  first_words: '書き始め', whole: '呼び出し全体', pace: '毎秒トークン', failed_calls: '失敗', last_failure: '最後の失敗', latency: '{median}、遅くて {p95}',
  model_fails: '{model} がうまく動いていません。', model_works: '{model} が元に戻りました。',
  failed: '最近の失敗', failed_none: '直近の千件に失敗はありません。', reason: '理由', when: '時刻',
  failures: '失敗', checks: '通らなかった検査', resets: '捨てた文章', changes: '途中の変更', refusals: '断った要求', reason_none: 'なし', last_readings: '直近 {n} 件のうち', since_start: '起動後',
  whose_guests: 'ゲスト全体', whose_embedded_guests: '他サイトの埋め込みのゲスト', whose_service: 'サービス全体', readings: '件の解釈', tokens: 'トークン', spent_of: '{n}／{of} {unit}', spent_free: '{n} {unit}、上限なし',
  part_reports: 'よくないと報告された解釈', reports: 'よくないと報告された解釈', reports_none: '報告はありません。', lot: '籤', writer: '書き手', word: '理由のひとこと',
  version: 'バージョン', up: '稼働', up_since: '{time} から', kept: '保存中の解釈', database: 'データベース', log: 'ログ', free: 'ディスクの残り', connections: '接続',
  audit: '運営の名で行われたこと、新しい順', audit_none: 'まだ何も行われていません。', act: '内容', object: '対象', actor: '行った人', older: '以前のもの',
  act_account_created: 'アカウント作成', act_account_erased: 'アカウント削除', act_key_created: 'キー作成', act_key_rotated: 'キー交換', act_key_revoked: 'キー失効', act_decks_reloaded: '籤本の再読込', act_settings_reloaded: '設定の再読込', act_task_cancelled: '解釈の中止',

  call_connect: '接続できません', call_timed_out: '遅すぎます', call_unavailable: '混雑または故障', call_refused: '要求を拒否', call_failed: '応答の途中で失敗', call_cut_off: '応答が途切れました', call_empty: '応答が空でした', call_malformed: '規約外の応答', call_given_up: '失敗、再試行なし',
  failure_models_failed: 'どのモデルも書けませんでした', failure_attempts_exhausted: '五回とも中断', failure_internal: 'サーバーの不具合',
  check_present: '文章なし', check_language: '別の言語', check_length: '短すぎるか終わりがない', check_quotation: '出典のない引用', check_stranger: '別の籤や神', check_placeholder: '空欄のまま', check_refusal: 'モデル自身の話', check_repetition: '繰り返し', check_promise: '結果の約束', check_prognosis: '生死や病の断言', check_voice: '神の言葉を騙る', check_threat: '脅し', check_sale: '売り込み', check_confidence: '根拠のない割合', check_coverage: '句の抜け', check_leak: '指示の漏れ',
  reset_check_failed: '検査に通らず', reset_withheld: '表示前に差し止め', reset_model_failed: 'モデルの失敗', reset_interrupted: '執筆の中断', reset_out_of_time: '時間切れ',
  notice_model_switched: '次のモデルが引き継ぎ', notice_classic_filled: '古い注釈で補足', notice_no_model: 'モデルなし', notice_traditional_text: '籤本の文章', notice_section_rewritten: '段落の書き直し', notice_section_unrepaired: '直らなかった段落',
};

export const CODES = {};
