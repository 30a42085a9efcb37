// Lets text appear at a reading pace: bursts are smoothed, and nothing shown lags more than a second.

import { calm } from './dom.js';

const TICK_MS = 45;
const SLOWEST = 26; // characters a second
const CATCH_UP_S = 0.6;
const AT_ONCE = 900; // a backlog this long was not written just now
const REST_MS = 500; // a pause this long is shown as one
const FRESH = 14; // pieces that may still be fading in

/**
 * Shows growing texts in elements, each under its own key; `onSettled` is told when one has caught up, and
 * `onRest` when one waits for more to come, and when it goes on.
 */
export function makeReveal(onSettled, onRest) {
  const lines = new Map();
  let timer = 0;

  function write(key, element, text, atOnce) {
    const line = lines.get(key) || { element, text: '', shown: 0 };
    lines.set(key, line);
    const replaced = line.element !== element || !text.startsWith(line.text.slice(0, line.shown));
    line.element = element;
    line.text = text;
    if (replaced) empty(line);
    if (replaced || atOnce || calm() || document.hidden || text.length - line.shown > AT_ONCE) show(line, text.length, false);
    line.rate = Math.max(SLOWEST, (text.length - line.shown) / CATCH_UP_S);
    if (busy(key)) rest(key, line, false);
    else rest(key, line, true);
    if (busy(key) && !timer) timer = setTimeout(tick, TICK_MS);
  }

  function tick() {
    timer = 0;
    for (const [key, line] of lines) {
      if (!busy(key)) continue;
      const step = document.hidden ? Infinity : Math.max(1, Math.round((line.rate * TICK_MS) / 1000));
      show(line, Math.min(line.text.length, line.shown + step), true);
      if (!busy(key)) {
        rest(key, line, true);
        onSettled(key);
      } else timer ||= setTimeout(tick, TICK_MS);
    }
  }

  function forget(key) {
    clearTimeout(lines.get(key)?.rest);
    lines.delete(key);
  }

  function rest(key, line, resting) {
    clearTimeout(line.rest);
    if (resting) line.rest = setTimeout(() => onRest(key, true), REST_MS);
    else onRest(key, false);
  }

  function busy(key) {
    const line = lines.get(key);
    return Boolean(line) && line.shown < line.text.length;
  }

  return { write, busy, forget, clear: () => [...lines.keys()].forEach(forget) };
}

function show(line, wanted, softly) {
  // Never between the halves of a surrogate pair.
  const high = line.text.charCodeAt(wanted - 1);
  const upTo = high >= 0xd800 && high <= 0xdbff ? Math.min(wanted + 1, line.text.length) : wanted;
  if (upTo <= line.shown) return;
  const piece = line.text.slice(line.shown, upTo);
  line.shown = upTo;
  if (!softly) {
    dry(line.element, 0);
    line.element.firstChild.appendData(piece);
    return;
  }
  const wet = document.createElement('span');
  wet.className = 'wet';
  wet.textContent = piece;
  if (!line.element.firstChild) line.element.append('');
  line.element.append(wet);
  dry(line.element, FRESH);
}

/** Joins all but the newest pieces to the text before them. */
function dry(element, keep) {
  if (element.firstChild?.nodeType !== Node.TEXT_NODE) element.prepend(document.createTextNode(''));
  while (element.childNodes.length - 1 > keep) {
    element.firstChild.appendData(element.childNodes[1].textContent);
    element.childNodes[1].remove();
  }
}

function empty(line) {
  line.element.replaceChildren();
  line.shown = 0;
}
