// One more question on the lot of a finished reading: the field for it, the way to it once it was asked, and the way back.

import * as api from './api.js';
import { h, mark, say } from './dom.js';
import { keep, recallJson } from './keep.js';
import { newKey } from './sent.js';
import { codeOfStatus, codeText, guess, t } from './text.js';

const LONGEST = 1000;
const COUNT_FROM = 900;
const DRAFT = 'kaucim.more.'; // and the reading's id

const questions = new Map(); // what was asked, by reading, as far as it is known here

/** Has the field below a reading hold these words, as if they had been typed there. */
export function draft(id, text) {
  keep(DRAFT + id, JSON.stringify({ text }), 'sessionStorage');
}

/** The field, or the way to the question that was asked; nothing below a reading that follows another one. */
export function oneMore(state, onMore) {
  if (state.follows) return '';
  if (!state.followedBy) return field(state, onMore);
  keep(DRAFT + state.taskId, '', 'sessionStorage'); // it was asked, whoever saw the answer
  return asked(state.followedBy);
}

/** What the reading follows: the question before it, as the way back to its reading. */
export function before(first) {
  return [h('span', {}, t('asked_before')), way(first, t('more_first'), 'to-first')];
}

/** Spares asking the server for a question that this page has shown. */
export function know(id, question) {
  questions.set(id, question);
}

function asked(id) {
  return h('div', { class: 'more-asked', 'data-testid': 'more-asked' }, h('span', {}, t('more_asked')), way(id, t('go_on'), 'to-more'));
}

/** A link to a reading that says its question, as soon as that is known. */
function way(id, words, name) {
  const link = h('a', { href: `#/r/${encodeURIComponent(id)}`, 'data-testid': name }, words);
  const place = h('span', { class: 'way' }, link);
  const tell = (question) => {
    say(link, question);
    place.replaceChildren(h('q', { dir: 'auto', lang: guess(question) }, link));
  };
  if (questions.has(id)) tell(questions.get(id));
  else api.task(id).then(({ question }) => { know(id, question); tell(question); }, () => {}); // then it says where it leads to
  return place;
}

function field(state, onMore) {
  const id = state.taskId;
  const question = h('textarea', { id: 'more', rows: '2', 'data-testid': 'more', placeholder: t('more_hint'), 'aria-describedby': 'more-note', oninput: typed });
  const left = h('output', { for: 'more' });
  const send = h('button', { type: 'submit', class: 'seal-button quiet-button', 'data-testid': 'more-send' }, t('more_send'));
  const problem = h('div', { class: 'problem', role: 'alert', 'data-testid': 'more-problem', hidden: true });
  const form = h(
    'form',
    { class: 'letter more-letter', 'data-testid': 'more-form', novalidate: true, onsubmit: ask, onkeydown: hurry },
    h('label', { for: 'more' }, t('more_title')),
    question,
    h('div', { class: 'note' }, h('p', { id: 'more-note' }, t('more_note')), left),
    problem,
    send,
  );
  question.value = held().text || '';
  count();
  return form;

  function typed() {
    // The same words keep their key, so that a lost answer asks nothing twice.
    if (held().text !== question.value) hold(question.value && { text: question.value });
    mark(question, 'aria-invalid', null);
    problem.hidden = true;
    count();
  }

  function held() {
    return recallJson(DRAFT + id, {}, 'sessionStorage') || {};
  }

  function hold(draft) {
    keep(DRAFT + id, draft && JSON.stringify(draft), 'sessionStorage');
  }

  function count() {
    const length = [...question.value.trim()].length;
    const over = length - LONGEST;
    say(left, length < COUNT_FROM ? '' : over > 0 ? t('over', { n: over }) : t('left', { n: -over }));
    mark(left, 'data-over', over > 0 ? '' : null);
  }

  function hurry(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  }

  async function ask(event) {
    event.preventDefault();
    const text = question.value.trim();
    const length = [...text].length;
    if (send.disabled) return;
    if (!length || length > LONGEST) {
      mark(question, 'aria-invalid', 'true');
      question.focus();
      refused(t(length ? 'question_long' : 'question_missing'));
      return;
    }
    const kept = held();
    const key = kept.text === question.value && kept.key ? kept.key : newKey();
    hold({ text: question.value, key });
    busy(true);
    know(id, state.question);
    try {
      await onMore(text, key);
      hold('');
    } catch (refusal) {
      refused(codeText(refusal.code) || codeText(codeOfStatus(refusal.status ?? 500)), refusal.taskId);
      if (refusal.status === 422) hold({ text: question.value });
    }
    busy(false);
  }

  function busy(on) {
    send.disabled = on;
    question.readOnly = on; // what is asked is what stands there
    mark(form, 'aria-busy', on ? 'true' : null);
    say(send, t(on ? 'asking' : 'more_send'));
  }

  function refused(words, other) {
    problem.hidden = false;
    problem.replaceChildren(
      h('p', {}, words),
      other && other !== id ? h('p', {}, h('a', { href: `#/r/${encodeURIComponent(other)}` }, codeText('go'))) : '',
    );
  }
}
