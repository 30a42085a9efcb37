// The client of Kaucim for JavaScript: ask, draw and reveal, follow to the end, cancel. Browsers, and Node from 18 on.

import { follow } from './shared/follow.js';
import { finished, initial, reduce } from './shared/reducer.js';
import { holds } from './shared/verify.js';
import { Source } from './source.js';

export { EVENTS, SECTIONS, finished, initial, reduce, sealedCount } from './shared/reducer.js';
export { holds } from './shared/verify.js';

const TRIES = 6;
const BACK_OFF_MS = [250, 500, 1000, 2000, 4000];
const LONGEST_WAIT_S = 60; // whoever is told to wait longer is told so

/** A refusal, in the server's words; `status` 0 is a lost connection. */
export class Problem extends Error {
  constructor(status, { title, detail, code, retry_after: retryAfter, task_id: taskId } = {}, options = undefined) {
    super(detail || title || (status ? `HTTP ${status}` : 'no connection'), options);
    this.name = 'Problem';
    this.status = status;
    this.code = code || (status ? '' : 'offline');
    this.retryAfter = Number(retryAfter) || 0;
    this.taskId = taskId || '';
  }
}

export class Kaucim {
  #base;
  #key;
  #ticket;
  #fetch;

  /**
   * `url` of the server; in a browser absent for the page's own. `key` for programs. Without a key the browser's cookie
   * counts (`openSession`), or `ticket(taskId)`, which asks your own server for a ticket of one stream.
   */
  constructor({ url = globalThis.location?.origin, key, ticket, fetch = (...of) => globalThis.fetch(...of) } = {}) {
    if (!url) throw new TypeError('`url` is needed outside of a browser');
    this.#base = String(url).replace(/\/+$/, '');
    this.#key = key;
    this.#ticket = ticket;
    this.#fetch = fetch;
  }

  /** Opens a guest's session, or keeps the one there is: for pages of the server itself. */
  openSession() {
    return this.#send('POST', '/api/v1/session');
  }

  async deities() {
    return (await this.#send('GET', '/api/v1/deities')).deities;
  }

  /**
   * Asks, and answers once the question cannot be lost any more. It is sent again after a lost connection, 429 and 503,
   * always with the same key, so that nothing is asked twice.
   */
  ask(question, { idempotencyKey, signal } = {}) {
    return this.#again(async () => {
      idempotencyKey ??= await random();
      const headers = { 'Idempotency-Key': idempotencyKey };
      return this.#send('POST', '/api/v1/async-chat/ask-question', { body: question, headers, signal });
    }, signal);
  }

  /**
   * Asks one more question about a completed reading, on its lot: a reading of its own that knows the first. There is
   * one; a second is refused with `follow_up_asked`, whose `taskId` is the first of them.
   */
  followUp(taskId, question, { language, context, endUser, idempotencyKey, signal } = {}) {
    const body = { question, language, context, end_user: endUser };
    return this.#again(async () => {
      idempotencyKey ??= await random();
      const headers = { 'Idempotency-Key': idempotencyKey };
      return this.#send('POST', `${taskPath(taskId)}/follow-up`, { body, headers, signal });
    }, signal);
  }

  /**
   * Draws so that neither side can choose the number, reveals it, and checks it. Ask with `drawId`; there is none where
   * the matter has its lot already, which it is read with then. `fair` is null where nothing can be checked.
   */
  async draw(deityId, { deckId, question, endUser, nonce, signal } = {}) {
    const path = `/api/v1/deities/${encodeURIComponent(deityId)}/draw`;
    const body = { deck_id: deckId, question, end_user: endUser };
    const promised = await this.#again(() => this.#send('POST', path, { body, signal }), signal);
    const already = promised.already_drawn ?? null;
    if (!promised.draw_id) {
      return { drawId: undefined, number: already.number, lot: already.lot, already: true, fair: null, proof: null };
    }
    const said = { nonce: nonce ?? (await random()) };
    const reveal = `/api/v1/draws/${encodeURIComponent(promised.draw_id)}/reveal`;
    const revealed = await this.#again(() => this.#send('POST', reveal, { body: said, signal }), signal);
    const { secret, deck_id, version, count, number, lot } = revealed;
    // What was promised before the nonce was known, and not what is said afterwards.
    const proof = { commitment: promised.commitment, secret, nonce: revealed.nonce, deck_id, version, count, number };
    const fair = await holds(proof, (await webcrypto())?.subtle);
    return { drawId: already?.asked ? undefined : promised.draw_id, number, lot: lot ?? null, already: Boolean(already), fair, proof };
  }

  /** The task as one document. */
  task(taskId) {
    return this.#send('GET', taskPath(taskId));
  }

  /** Ends a reading; the first end counts, and is answered. */
  cancel(taskId) {
    return this.#again(() => this.#send('POST', `${taskPath(taskId)}/cancel`));
  }

  /** Erases a finished reading for good. */
  erase(taskId) {
    return this.#send('DELETE', taskPath(taskId));
  }

  /** A ticket for one stream of this task, for a page of yours that has no key. */
  ticket(taskId) {
    return this.#send('POST', `${taskPath(taskId)}/ticket`);
  }

  /**
   * Follows a reading to its end, through drops and restarts, and answers its last state; `onState` gets each one, as
   * `reduce` makes them, and `onEvent` the events. Ending the signal stops following; the reading goes on.
   */
  follow(taskId, { onState, onEvent, signal } = {}) {
    return new Promise((resolve, reject) => {
      let state = reduce(initial(), { type: 'accepted', task_id: taskId });
      let source = null;
      let stop = () => {};
      const end = (settle, value) => {
        stop();
        signal?.removeEventListener('abort', aborted);
        settle(value);
      };
      const aborted = () => end(reject, signal.reason);
      const take = (event) => {
        state = reduce(state, event);
        onState?.(state, event);
        if (finished(state)) end(resolve, state);
      };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener('abort', aborted);
      const told = (how) => (...of) => {
        try {
          how(...of);
        } catch (error) {
          end(reject, error);
        }
      };
      stop = follow(`${this.#base}/api/v1/async-chat/stream/${encodeURIComponent(taskId)}?partial_text=off`, {
        onEvent: told((event) => {
          onEvent?.(event);
          take(event);
        }),
        onLink: told((link) => state.link !== link && take({ type: 'link', state: link })),
        connect: (address) => {
          source = new Source(() => this.#prepare(taskId, address));
          return source;
        },
        check: async () => {
          const { status, retryAfter } = source ?? {};
          // A ticket may have been used or too old; the next one tells.
          const isLost = [403, 404, 422].includes(status) || (status === 401 && !this.#ticket);
          if (isLost) end(reject, await this.#refusal(taskId, status));
          else if (retryAfter) await pause(Math.min(retryAfter, LONGEST_WAIT_S) * 1000, signal);
          return !isLost;
        },
      });
    });
  }

  /** Asks, and follows to the end: `{...state, taskId}`. */
  async read(question, options = {}) {
    const { task_id: taskId } = await this.ask(question, options);
    return this.follow(taskId, options);
  }

  /** Why a stream was refused, in the words of the server where it tells them again. */
  async #refusal(taskId, status) {
    try {
      await this.task(taskId);
    } catch (problem) {
      if (problem.status === status) return problem;
    }
    return new Problem(status, {});
  }

  async #prepare(taskId, address) {
    const ticket = this.#ticket ? `&ticket=${encodeURIComponent(await this.#ticket(taskId))}` : '';
    return { url: address + ticket, headers: this.#authorization(), credentials: this.#credentials(), fetch: this.#fetch };
  }

  #authorization() {
    return this.#key ? { Authorization: `Bearer ${this.#key}` } : {};
  }

  /** A cookie never goes along with a key. */
  #credentials() {
    return this.#key || this.#ticket ? 'omit' : 'same-origin';
  }

  async #send(method, path, { body, headers, signal } = {}) {
    let answer;
    try {
      answer = await this.#fetch(this.#base + path, {
        method,
        cache: 'no-store',
        credentials: this.#credentials(),
        headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }), ...this.#authorization(), ...headers },
        body: body && JSON.stringify(body),
        signal,
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new Problem(0, {}, { cause: error });
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    throw new Problem(answer.status, { retry_after: answer.headers.get('Retry-After'), ...told });
  }

  /** Tries again what may succeed then, with longer and longer waits, or as long as the server says. */
  async #again(send, signal) {
    for (let failures = 0; ; failures += 1) {
      try {
        return await send();
      } catch (problem) {
        const isPassing = problem instanceof Problem && [0, 429, 503].includes(problem.status);
        if (!isPassing || failures + 1 >= TRIES || problem.retryAfter > LONGEST_WAIT_S) throw problem;
        await pause(Math.max(problem.retryAfter * 1000, BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]), signal);
      }
    }
  }
}

function taskPath(taskId) {
  return `/api/v1/async-chat/task/${encodeURIComponent(taskId)}`;
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/** Node has it globally since 19 only. */
async function webcrypto() {
  return globalThis.crypto ?? (await import('node:crypto')).webcrypto;
}

async function random() {
  const bytes = (await webcrypto()).getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
