// Kiosk: a shared screen that forgets its visitor when nobody touches it. Opened as `/?kiosk` or `/?kiosk=90`.

import * as api from './api.js';
import { h, say } from './dom.js';
import { forgetAll, keep } from './keep.js';
import { language, t } from './text.js';

const [LEAST_S, USUAL_S, WARNING_S] = [20, 90, 15];

/** Watches for idleness; `isRunning` keeps the screen for a reading that is still being written. */
export function kiosk(wanted, isRunning) {
  const idleMs = Math.max(LEAST_S, Number(wanted) || USUAL_S) * 1000;
  const words = h('p', { role: 'alert' });
  const stay = h('button', { type: 'button', class: 'seal-button', onclick: touched });
  const warning = h('div', { class: 'idle', 'data-testid': 'idle', hidden: true }, words, stay);
  let last = performance.now();
  let ending = false;
  document.documentElement.dataset.kiosk = '';
  document.body.append(warning);

  function touched() {
    last = performance.now();
    warning.hidden = true;
  }

  async function look() {
    if (isRunning()) touched();
    const left = Math.ceil((last + idleMs - performance.now()) / 1000);
    const used = location.hash.length > 2 || document.body.dataset.scene !== 'ask' || document.getElementById('question').value;
    if (!used || ending) return;
    if (left > WARNING_S) return;
    say(words, t('idle', { n: Math.max(0, left) }));
    say(stay, t('idle_stay'));
    if (warning.hidden) {
      warning.hidden = false;
      stay.focus();
    }
    if (left > 0) return;
    ending = true;
    const spoken = language();
    await api.endSession().catch(() => {}); // the cookie ends with the next visitor's, at the latest
    forgetAll('kaucim.');
    keep('kaucim.ui', spoken);
    location.replace(`/${location.search}`);
  }

  for (const name of ['pointerdown', 'keydown', 'wheel', 'touchstart', 'input']) addEventListener(name, touched, { passive: true });
  setInterval(look, 500);
}
