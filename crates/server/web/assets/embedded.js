// In the frame of another site: tells the page around it how high this one is, and does as that page wishes.

import { LANGUAGES, preferred } from './text.js';

let host = ''; // the origin of the page around this one, once it has spoken

/** What the address of the frame asks for. */
export function wishes() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** Speaks with the page around this one; `speak`, `dress` and `prefer` do what it wishes. */
export function embedded({ speak, dress, prefer }) {
  let spoken = wishes().lang;
  take(wishes());
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || data?.kaucim !== 'wishes' || !isAround(origin)) return;
    host = origin;
    take(data);
    tell();
  });
  new ResizeObserver(tell).observe(document.body);
  // Nothing but that it is there: who may be around this page, its policy says.
  parent.postMessage({ kaucim: 'here' }, '*');

  function take({ deity, lang, theme }) {
    prefer(deity || '');
    dress(['light', 'dark'].includes(theme) ? theme : '');
    if (lang && lang !== spoken) speak(languageOf(lang)).catch(() => {});
    spoken = lang;
  }
}

/** The language of the page that a tag such as `zh-Hant-TW` stands for, or the browser's. */
export function languageOf(wanted) {
  const primary = String(wanted || '').toLowerCase().split('-')[0];
  return LANGUAGES.includes(primary) ? primary : preferred();
}

/** Asks the page around this one to show its top, where that is out of sight. */
export function atTop() {
  if (host) parent.postMessage({ kaucim: 'top' }, host);
}

function tell() {
  if (host) parent.postMessage({ kaucim: 'height', height: document.body.getBoundingClientRect().height }, host);
}

/** The first that speaks is the host; browsers that know who is around say whether it is. */
function isAround(origin) {
  return (!host || host === origin) && (!location.ancestorOrigins || location.ancestorOrigins[0] === origin);
}
