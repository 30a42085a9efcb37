// What the operator's view says in English.

export const WORDS = {
  skip: 'Skip to the content', theme: 'Light or dark', title: 'Operator’s view', foot: 'Ids, states, reasons and times: never a word of what was asked.',
  lead: 'How the service does, live. No question and no reading is ever shown here.',
  key: 'Admin key', keep: 'Keep it in this tab until I sign out', sign_in: 'Sign in', signing: 'Signing in…', sign_out: 'Sign out', signed_out: 'You are signed out.',
  how: 'A key is made on the machine that runs the server:',
  live: 'Pause', paused: 'Go on', refresh: 'Refresh', sure: 'Sure?', as_of: 'as of {time}',
  refreshed: '{running} being written, {queued} waiting, {readers} readers.',

  problem_unauthenticated: 'This key is not known here, or it has ended.', problem_key_missing: 'Please paste a key.',
  problem_scope_missing: 'This key may ask and read, but not see how the service does.',
  problem_rate_limited: 'Too many tries. Please wait a minute.', problem_storage_unavailable: 'The storage does not answer. What you see is from before; trying again.',
  problem_draining: 'The server is ending. Another one takes over.',
  status_0: 'The server cannot be reached. Trying again.', status_other: 'The server answered {n}. Trying again.',
  hint_401: 'Look at it once more, or make a new one as below.', hint_403: 'Make one with the scope admin, as below.',

  part_now: 'Right now', part_unfinished: 'Being written and waiting', part_models: 'Models', part_wrong: 'What went wrong', part_budgets: 'Budgets of today (UTC)', part_house: 'The house', part_audit: 'What was done',
  state_well: 'All is well', state_look: 'Please have a look',
  look_draining: 'The server is ending: no question is taken any more.', look_model: '{model} fails: {why}.', look_wait: 'Somebody has waited {time} for a worker.',
  look_failures: '{n} of the last {of} tasks failed.', look_budget: '{whose}: {share} of today’s {unit} are spent.', look_disk: 'Only {size} are left on the disk.', look_connections: '{n} of {of} connections are open.',

  running: 'Being written', running_note: '{n} at once at most', queued: 'Waiting', queued_note: 'longest for {time}', queued_none: 'nobody waits',
  readers: 'Readers', readers_note: '{n} connections', first_token: 'First words', first_token_note: 'after the question, median', pieces: 'Words a second', pieces_note: 'of all models, in tokens',
  ended: 'Finished', ended_since: '{n} failed, since the start', ended_note: '{good} finished, {bad} failed',
  hour: 'last hour', most: 'most {n}', none: '–', of: '{n} of {of}',
  plot: '{label}: now {now}. In the last hour between {low} and {high}.', plot_none: '{label}: nothing in the last hour.', plot_bars: '{label}, in the last hour: {good}, and {bad} failed.',

  unfinished: 'Readings that are being written or wait', unfinished_none: 'Nothing is being written, and nobody waits.', task: 'Reading', who: 'Asked by', guest: 'a guest', person: 'a person signed in',
  state: 'State', sections: 'Sections', since: 'For', attempts: 'Attempts', calls: 'Calls', actions: 'What to do', cancel: 'Cancel', cancelled: 'The reading was cancelled.', ended_before: 'It had ended before.',
  phase_queued: 'waiting', phase_retrieving: 'looking things up', phase_generating: 'being written', phase_waiting_for_model: 'waiting for the model', phase_thinking: 'the model thinks', phase_writing: 'writing', phase_storage_unavailable: 'waiting for the storage',
  models: 'Models, in the order that they are asked in', models_none: 'No model is configured: readings are classic.', model: 'Model', model_unasked: 'not asked yet', model_working: 'works', model_failing: 'fails',
  first_words: 'First words', whole: 'Whole call', pace: 'Tokens a second', failed_calls: 'Failed', last_failure: 'Last failure', latency: '{median}, at worst {p95}',
  model_fails: '{model} fails.', model_works: '{model} works again.',
  failed: 'Failed lately', failed_none: 'None of the last thousand failed.', reason: 'Reason', when: 'When',
  failures: 'Failures', checks: 'Failed checks', resets: 'Dropped text', changes: 'Changes on the way', refusals: 'Refused requests', reason_none: 'none', last_readings: 'of the last {n} tasks', last_readings_one: 'of the last task', since_start: 'since the start',
  whose_guests: 'All guests', whose_embedded_guests: 'Guests in frames of other sites', whose_service: 'The whole service', readings: 'readings', tokens: 'tokens', spent_of: '{n} of {of} {unit}', spent_free: '{n} {unit}, without a limit',
  part_reports: 'Reported as bad', reports: 'Readings that were reported as bad', reports_none: 'Nothing was reported.', lot: 'Lot', writer: 'Written by', word: 'A word why',
  version: 'Version', up: 'Up', up_since: 'since {time}', kept: 'Readings kept', database: 'Database', log: 'log', free: 'Free on the disk', connections: 'Connections',
  audit: 'Acts in the operator’s name, the newest first', audit_none: 'Nothing was done yet.', act: 'Act', object: 'On', actor: 'By', older: 'Earlier ones',
  act_account_created: 'account made', act_account_erased: 'account erased', act_key_created: 'key made', act_key_rotated: 'key replaced', act_key_revoked: 'key ended', act_decks_reloaded: 'decks read again', act_settings_reloaded: 'settings read again', act_task_cancelled: 'reading cancelled',

  call_connect: 'cannot be reached', call_timed_out: 'too slow', call_unavailable: 'busy or broken', call_refused: 'refuses the request', call_failed: 'failed while answering', call_cut_off: 'answer without end', call_empty: 'empty answer', call_malformed: 'not the protocol', call_given_up: 'failed, not tried again',
  failure_models_failed: 'no model could write', failure_attempts_exhausted: 'five attempts were lost', failure_internal: 'a fault of the server',
  check_present: 'no text', check_language: 'another language', check_length: 'too short or without end', check_quotation: 'unknown quotation', check_stranger: 'another lot or deity', check_placeholder: 'form not filled in', check_refusal: 'speaks of itself', check_repetition: 'repeats itself', check_promise: 'promises', check_prognosis: 'foretells', check_voice: 'speaks as the deity', check_threat: 'threatens', check_sale: 'sells', check_confidence: 'made-up percentage', check_coverage: 'leaves a line out', check_leak: 'tells the prompt',
  reset_check_failed: 'a check failed', reset_withheld: 'stopped before it was shown', reset_model_failed: 'the model failed', reset_interrupted: 'the worker was lost', reset_out_of_time: 'out of time',
  notice_model_switched: 'the next model went on', notice_classic_filled: 'the deck filled in', notice_no_model: 'no model', notice_traditional_text: 'the deck’s own text', notice_section_rewritten: 'a section was rewritten', notice_section_unrepaired: 'a section stayed wrong',
};

export const CODES = {};
