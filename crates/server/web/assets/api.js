// Speaks the public HTTP API: JSON in and out, a guest session when one is needed, problems as one error type.

import { EMBEDDED } from './dom.js';

const BASE = '/api/v1';
const SESSION_HINT = 'kaucim.session';

/** What went wrong, in the words of the server's problem document; `status` 0 is a lost connection. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || '');
    this.status = status;
    this.code = body.code || (status === 0 ? 'offline' : '');
    this.retryAfter = Number(body.retry_after) || 0;
    this.taskId = body.task_id || '';
  }
}

/** Opens a guest session unless this browser is believed to hold one. */
export async function ensureSession() {
  if (!remembered()) await openSession();
}

export async function deities() {
  const body = await send('GET', `${BASE}/deities`);
  return Array.isArray(body.deities) ? body.deities : [];
}

/** Submits a question; the same key never asks twice. */
export function ask(question, key) {
  return asGuest('POST', `${BASE}/async-chat/ask-question`, question, { 'Idempotency-Key': key });
}

/** Asks one more question about a finished reading; the same key never asks twice. */
export function followUp(id, question, key) {
  return asGuest('POST', `${taskUrl(id)}/follow-up`, question, { 'Idempotency-Key': key });
}

/** Binds the server to a draw before it knows the nonce. */
export function draw(deity, body) {
  return asGuest('POST', `${BASE}/deities/${encodeURIComponent(deity)}/draw`, body);
}

/** The number, the lot and the secret; the first nonce counts. */
export function reveal(id, nonce) {
  return asGuest('POST', `${BASE}/draws/${encodeURIComponent(id)}/reveal`, { nonce });
}

/** The lots that somebody may hold who types this. */
export function find(deity, deck, words) {
  const query = new URLSearchParams({ q: words, ...(deck && { deck_id: deck }) });
  return send('GET', `${BASE}/deities/${encodeURIComponent(deity)}/find?${query}`);
}

export function task(id) {
  return asGuest('GET', taskUrl(id));
}

/** A page of what this guest has asked, newest first: {tasks, next?}. */
export function history(cursor = '') {
  return asGuest('GET', `${BASE}/async-chat/history?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
}

/** Tells the operator that a finished reading is bad: {reason, with_reading}. */
export function report(id, words) {
  return asGuest('POST', `${taskUrl(id)}/report`, words);
}

/** Erases one finished reading for good. */
export function erase(id) {
  return asGuest('DELETE', taskUrl(id));
}

/** Ends this visit and erases everything that belongs to it. */
export async function endSession() {
  await send('DELETE', `${BASE}/session`).catch((problem) => {
    if (problem.status !== 401) throw problem; // it had ended already
  });
  forget();
}

/** Everything about this guest; a server that cannot tell it answers 404. */
export function everything() {
  return asGuest('GET', `${BASE}/account/export`);
}

/** The same of the visit that this browser has; none is opened for it. */
export function historyHere() {
  return send('GET', `${BASE}/async-chat/history?limit=100`);
}

/** Takes such an address on the other device; `token` is what stands in it. */
export async function redeem(token) {
  await send('POST', `${BASE}/session/handoff/redeem`, { handoff: token });
  remember();
}

/** {url, qr, expires_at}: an address that goes on with this reading elsewhere, and the same as a picture. */
export function handOff(id) {
  return asGuest('POST', `${BASE}/session/handoff?task_id=${encodeURIComponent(id)}`);
}

/** The newest reading, where it is still being written; otherwise nothing. */
export async function running() {
  const { tasks } = await send('GET', `${BASE}/async-chat/history?limit=1`);
  const newest = Array.isArray(tasks) ? tasks[0] : null;
  return newest && !['completed', 'failed', 'cancelled'].includes(newest.status) ? newest.task_id : '';
}

/** `given` is the address that the answer to the question named, if it is at hand. */
export function cancel(id, given) {
  return asGuest('POST', given || `${taskUrl(id)}/cancel`);
}

export function streamUrl(id, given) {
  const url = new URL(given || `${BASE}/async-chat/stream/${encodeURIComponent(id)}`, location.href);
  url.searchParams.set('partial_text', 'off');
  return url.pathname + url.search;
}

function taskUrl(id) {
  return `${BASE}/async-chat/task/${encodeURIComponent(id)}`;
}

/** The session may have ended since: a 401 opens another one, once. */
async function asGuest(method, url, body, headers) {
  await ensureSession();
  try {
    return await send(method, url, body, headers);
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    await openSession();
    return send(method, url, body, headers).catch((again) => {
      if (EMBEDDED && again.status === 401) again.code = 'frame_without_cookie';
      throw again;
    });
  }
}

let opening = null;

function openSession() {
  opening ??= send('POST', `${BASE}/session${EMBEDDED ? '?embedded=true' : ''}`)
    .then(() => remember())
    .finally(() => { opening = null; });
  return opening;
}

async function send(method, url, body, headers = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, {});
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const after = Number(response.headers.get('Retry-After')) || undefined;
  throw new Problem(response.status, { retry_after: after, ...answer });
}

/** The cookie cannot be read from here, so a hint spares the first request a refusal. */
export function remembered() {
  try {
    return localStorage.getItem(SESSION_HINT) === '1';
  } catch {
    return memory;
  }
}

let memory = false;

function forget() {
  memory = false;
  try {
    localStorage.removeItem(SESSION_HINT);
  } catch {
    // Nothing was kept where nothing can be.
  }
}

function remember() {
  memory = true;
  try {
    localStorage.setItem(SESSION_HINT, '1');
  } catch {
    // Storage is switched off: the hint lives as long as the page.
  }
}
