// Copies a text, also where a page has no clipboard of its own, and tells whether it did.

import { h } from './dom.js';

/** Resolves with whether the text was copied; `near` is the pressed button, which has the focus again afterwards. */
export async function copied(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain HTTP on a local network has no clipboard, and a browser may refuse it.
    const area = h('textarea', { class: 'unseen', readonly: true });
    area.value = text;
    near.after(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    near.focus();
    return done;
  }
}
