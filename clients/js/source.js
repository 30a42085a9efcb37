// One connection to an event stream by `fetch`, so that it works in Node and with a key; it looks like an `EventSource`.

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** Never connects again by itself: `follow` does, with a cursor. `prepare` answers the address and the headers. */
export class Source {
  readyState = CONNECTING;
  status = 0; // of the answer; 0 before there is one, or where there was none
  retryAfter = 0; // seconds
  onopen = null;
  onerror = null;
  #listeners = new Map();
  #ending = new AbortController();

  constructor(prepare) {
    this.#read(prepare).catch(() => {}).finally(() => this.#ended());
  }

  addEventListener(name, listener) {
    this.#listeners.set(name, listener);
  }

  close() {
    this.readyState = CLOSED;
    this.#ending.abort();
  }

  async #read(prepare) {
    const { signal } = this.#ending;
    const { url, headers, credentials, fetch } = await prepare();
    const answer = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, credentials, cache: 'no-store', signal });
    this.status = answer.status;
    this.retryAfter = Number(answer.headers.get('Retry-After')) || 0;
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return;
    }
    if (this.readyState === CLOSED) return;
    this.readyState = OPEN;
    this.onopen?.();
    const decoder = new TextDecoder();
    const parser = new Parser((event) => this.#listeners.get(event.type)?.(event));
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.readyState === CLOSED) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  #ended() {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onerror?.();
  }
}

/** The lines of an event stream, as the HTML standard has them, however they are cut. */
export class Parser {
  #emit;
  #rest = '';
  #id = '';
  #name = '';
  #data = [];

  constructor(emit) {
    this.#emit = emit;
  }

  push(text) {
    // A CR at the end may be half of a CR LF.
    const whole = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = whole.pop();
    for (const line of whole) this.#line(line);
  }

  #line(line) {
    if (line === '') {
      if (this.#data.length > 0) {
        this.#emit({ type: this.#name || 'message', data: this.#data.join('\n'), lastEventId: this.#id });
      }
      this.#name = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }
}
