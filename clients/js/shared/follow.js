// Follows one task's event stream to its end, through drops, drains and restarts, without a gap.

import { EVENTS } from './reducer.js';

const CLOSED = 2; // of an `EventSource`
const TERMINAL = ['complete', 'error', 'cancelled'];
const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15000];
const SILENCE_MS = 40000; // heartbeats come every 15 s at most
const SETTLE_MS = 1200; // a draining server opens and ends at once

/**
 * Calls `onEvent` with every event of the stream and `onLink` with `open` or `lost`. Where a connection was given up,
 * `check` is asked first: it answers whether to go on. The text already received is the caller's to keep, so each new
 * connection starts at the last cursor. `connect` makes one: an `EventSource`, or what looks like it.
 * Returns a function that stops following.
 */
export function follow(url, { onEvent, onLink, check, connect = (address) => new EventSource(address) }) {
  const page = globalThis.document; // none in Node
  let source = null;
  let cursor = '';
  let failures = 0;
  let timer = 0;
  let silence = 0;
  let settle = 0;
  let done = false;

  function open() {
    clearTimeout(timer);
    timer = 0;
    source = connect(cursor ? `${url}&last_event_id=${encodeURIComponent(cursor)}` : url);
    source.onopen = () => { settle = setTimeout(alive, SETTLE_MS); };
    source.onerror = broken;
    for (const name of EVENTS) source.addEventListener(name, receive);
    listen();
  }

  function receive(message) {
    // A broken connection is also told as an event named `error`, but without data.
    if (done || typeof message.data !== 'string') return;
    alive();
    failures = 0;
    if (message.lastEventId) cursor = message.lastEventId;
    const event = parse(message);
    if (!event) return;
    if (TERMINAL.includes(event.type)) stop();
    onEvent(event);
  }

  /** The browser tries again by itself, unless the answer was a refusal. */
  function broken() {
    clearTimeout(settle);
    if (source.readyState === CLOSED) lost();
    else onLink('lost');
  }

  function alive() {
    clearTimeout(settle);
    onLink('open');
    listen();
  }

  /** A connection that says nothing for long is dead, whatever the browser believes. */
  function listen() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  }

  function lost() {
    if (done) return;
    close();
    onLink('lost');
    timer = setTimeout(again, BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]);
    failures += 1;
  }

  async function again() {
    timer = 0;
    const goOn = await check().catch(() => null);
    if (done || timer || source) return;
    if (goOn === null) lost();
    else if (goOn) open();
    else stop();
  }

  /** Back on line, or back in sight: no need to wait out the back-off. */
  function hurry() {
    if (!done && timer && (page?.visibilityState ?? 'visible') === 'visible') {
      clearTimeout(timer);
      again();
    }
  }

  function close() {
    clearTimeout(silence);
    clearTimeout(settle);
    source?.close();
    source = null;
  }

  function stop() {
    done = true;
    clearTimeout(timer);
    close();
    globalThis.removeEventListener?.('online', hurry);
    page?.removeEventListener('visibilitychange', hurry);
  }

  globalThis.addEventListener?.('online', hurry);
  page?.addEventListener('visibilitychange', hurry);
  open();
  return stop;
}

function parse(message) {
  try {
    const event = JSON.parse(message.data);
    return { ...event, type: message.type, at: performance.now() };
  } catch {
    return null;
  }
}
