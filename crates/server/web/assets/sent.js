// The question that is on its way: kept with its key and its draw, so that a lost answer asks nothing twice.

import { keep, recallJson } from './keep.js';

const SENT = 'kaucim.sent';
const REPEAT_MS = 600000; // an older question is not asked again unseen

/** {body, key, at, draw?, settled?} of a question whose answer never came; outlives a reload. */
let sent = fresh();

export function held() {
  return sent;
}

export function hold(question) {
  sent = question;
  keep(SENT, question ? JSON.stringify(question) : '', 'sessionStorage');
}

/** The same question keeps its key and its draw until an answer came. */
export function questionFor(body) {
  const text = JSON.stringify(body);
  if (sent?.body !== text) hold({ body: text, key: newKey(), at: Date.now() });
  return sent;
}

/** Keeps what has changed of a question, unless another one has taken its place. */
export function holdStill(question) {
  if (sent === question) hold(question);
}

function fresh() {
  const question = recallJson(SENT, null, 'sessionStorage');
  try {
    return Date.now() - question.at < REPEAT_MS && JSON.parse(question.body) ? question : null;
  } catch {
    return null; // nothing was held, or nothing that can be read
  }
}

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain HTTP on a local network has no randomUUID.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
