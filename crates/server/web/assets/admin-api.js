// Speaks the operator's part of the public API with a key that is held here, and nowhere in an address or a cookie.

import { keep, recall } from './keep.js';

const BASE = '/api/v1/admin';
const KEPT = 'kaucim.admin';

let key = '';

/** What went wrong; `status` 0 is a server that cannot be reached. */
export class Refused extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || '');
    this.status = status;
    this.code = body.code || '';
  }
}

/** Holds a key from now on: for as long as this page, or as this tab where it is to be kept. */
export function hold(text, inTab) {
  key = text;
  if (inTab) keep(KEPT, text, 'sessionStorage');
}

/** The key that this tab has kept, if it has. */
export function held() {
  return recall(KEPT, 'sessionStorage');
}

export function forget() {
  key = '';
  keep(KEPT, '', 'sessionStorage');
}

export const overview = () => send('GET', '/overview');
export const lastHour = () => send('GET', '/history');
export const tasks = () => send('GET', '/tasks');
export const audit = (cursor) => send('GET', `/audit?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
export const reports = () => send('GET', '/reports?limit=10');
export const cancel = (id) => send('POST', `/tasks/${encodeURIComponent(id)}/cancel`);

async function send(method, path) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      credentials: 'omit', // a guest's cookie has no business here
      cache: 'no-store',
      headers: { Accept: 'application/json', Authorization: `Bearer ${key}` },
    });
  } catch {
    throw new Refused(0);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Refused(response.status, answer);
}
