// Tells the operator that a reading was bad, with a word why; once told, it can be changed.

import * as api from './api.js';
import { h, mark, say } from './dom.js';
import { language, t } from './text.js';

const LONGEST = 500;

const drafts = new Map(); // what was not sent yet, by reading

/** The panel. What was told before stands in it. */
export function reporting(id) {
  const reason = h('textarea', { id: 'report-reason', rows: '3', 'data-testid': 'report-reason', placeholder: t('report_hint'), 'aria-describedby': 'report-left', oninput: count });
  const shared = h('input', { type: 'checkbox', 'data-testid': 'report-with', onchange: count });
  const left = h('output', { id: 'report-left', for: 'report-reason', class: 'quiet' });
  const told = h('p', { role: 'status', class: 'quiet', 'data-testid': 'report-told' });
  const send = h('button', { type: 'submit', class: 'seal-button quiet-button', 'data-testid': 'report-send' }, t('report_send'));
  const form = h(
    'form',
    { class: 'panel report', 'data-testid': 'report-panel', onsubmit: tell },
    h('label', { for: 'report-reason' }, t('report_how')),
    h('div', { class: 'report-words' }, reason, left),
    h('label', { class: 'report-with' }, shared, h('span', {}, t('report_with'))),
    h('p', { class: 'quiet' }, t('report_note')),
    h('p', { class: 'panel-do' }, send),
    told,
  );
  const draft = drafts.get(id);
  reason.value = draft?.words || '';
  shared.checked = Boolean(draft?.isShared);
  count();
  api.task(id).then(({ report }) => report && show(report), () => {}); // then it begins empty

  function show(report) {
    if (!reason.value) reason.value = report.reason || '';
    if (!draft) shared.checked = report.with_reading;
    say(send, t('report_change'));
    count();
  }

  function length() {
    return [...reason.value.trim()].length;
  }

  function count() {
    if (reason.value || shared.checked) drafts.set(id, { words: reason.value, isShared: shared.checked });
    const over = length() - LONGEST;
    say(left, over > -100 ? t(over > 0 ? 'over' : 'left', { n: Math.abs(over) }) : '');
    mark(reason, 'aria-invalid', over > 0 ? 'true' : null);
    send.disabled = over > 0;
  }

  async function tell(event) {
    event.preventDefault();
    if (length() > LONGEST) return;
    send.disabled = true;
    say(told, '');
    try {
      await api.report(id, { reason: reason.value.trim(), with_reading: shared.checked });
      say(told, t('report_told'));
      say(send, t('report_change'));
    } catch (problem) {
      say(told, problem.status === 429 ? t('report_wait') : t('report_failed'));
    }
    mark(told, 'lang', language());
    send.disabled = false;
  }

  return form;
}
