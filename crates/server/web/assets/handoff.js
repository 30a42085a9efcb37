// Asks before the visit of another device is gone on with here, and does it. A link alone never does.

import * as api from './api.js';
import { h, say } from './dom.js';
import { forgetAll } from './keep.js';
import { t } from './text.js';

/** What this browser remembers of a visit, beside choices that stay. */
const REMEMBERED = ['kaucim.favourites', 'kaucim.draw', 'kaucim.standing'];

/** A question over the page, about a visit that `token` leads to; `onYes` is called before it is taken over. */
export function handoffView(token, onYes) {
  const title = h('h2', { id: 'handoff-title' });
  const about = h('p', { id: 'handoff-about' });
  const lost = h('p', { class: 'problem', id: 'handoff-lost', hidden: true, 'data-testid': 'takeover-lost' });
  const see = h('button', { type: 'button', class: 'plain', hidden: true, 'data-testid': 'takeover-see' });
  const no = h('button', { type: 'button', class: 'seal-button quiet-button', autofocus: true, 'data-testid': 'takeover-no' });
  const yes = h('button', { type: 'button', class: 'seal-button', 'data-testid': 'takeover-yes' });
  const dialog = h(
    'dialog',
    { class: 'takeover', 'data-testid': 'takeover', 'aria-labelledby': 'handoff-title', 'aria-describedby': 'handoff-about handoff-lost' },
    title, about, lost, see, h('div', { class: 'panel-do' }, no, yes),
  );
  let count = 0; // of readings in the visit of this browser; unknown where it is null

  function translate() {
    say(title, t('take_title'));
    say(about, t('take_about'));
    say(lost, count === null ? t('take_lost_some') : t('take_lost', { n: count }));
    say(see, t('take_see'));
    say(no, t('take_no'));
    say(yes, t('take_yes'));
    lost.hidden = count === 0;
    see.hidden = count === 0;
  }

  return {
    translate,
    /** Resolves with `taken`, `kept` (nothing was done) or `look` (at the readings here first). */
    async ask() {
      count = await readingsHere();
      translate();
      document.body.append(dialog);
      // A key that answers this question means nothing to the page below.
      dialog.addEventListener('keydown', (event) => event.stopPropagation());
      const answer = new Promise((resolve) => {
        no.addEventListener('click', () => resolve('kept'));
        see.addEventListener('click', () => resolve('look'));
        yes.addEventListener('click', () => resolve('taken'));
        dialog.addEventListener('close', () => resolve('kept'));
      });
      dialog.showModal();
      const chosen = await answer;
      yes.disabled = true;
      try {
        if (chosen === 'taken') {
          onYes();
          await takeOver(token);
        }
      } finally {
        dialog.remove();
      }
      return chosen;
    },
  };
}

/** How many readings the visit of this browser has; null, where nobody can tell now. */
async function readingsHere() {
  if (!api.remembered()) return 0;
  try {
    const { tasks, next } = await api.historyHere();
    return next ? `${tasks.length}+` : tasks.length;
  } catch (problem) {
    return problem.status === 401 ? 0 : null;
  }
}

async function takeOver(token) {
  await api.redeem(token);
  for (const name of REMEMBERED) forgetAll(name);
  await globalThis.caches?.delete('kaucim-readings').catch(() => {});
}
