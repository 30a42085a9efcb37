// How a draw can be verified: its values, whether they hold in this browser, and a button to copy them.

import { copied } from './copy.js';
import { h, say } from './dom.js';
import { holds } from './draw.js';
import { t } from './text.js';

/** A small disclosure below the slip; nothing where the lot was not drawn like that. */
export function proofView(proof) {
  if (!proof) return '';
  const verdict = h('p', { class: 'verdict', 'data-testid': 'verdict', role: 'status' });
  holds(proof).then((is) => {
    say(verdict, t(is === null ? 'proof_unchecked' : is ? 'proof_holds' : 'proof_fails'));
    verdict.dataset.holds = String(is);
  });
  const rows = Object.entries(proof).flatMap(([name, value]) => [
    h('dt', {}, t(`proof_${name}`) || name),
    h('dd', { translate: 'no', 'data-value': name }, String(value)),
  ]);
  const copy = h('button', { type: 'button', class: 'copy', 'data-testid': 'copy-proof', onclick: () => take(copy, proof) }, t('copy'));
  return h(
    'details',
    { class: 'more proof', 'data-testid': 'proof' },
    h('summary', {}, t('proof')),
    h('p', {}, t('proof_how')),
    verdict,
    h('dl', { class: 'proof-values' }, ...rows),
    h('p', { class: 'proof-do' }, copy, ' ', h('a', { href: '/docs', hreflang: 'en' }, t('proof_more'))),
  );
}

async function take(button, proof) {
  say(button, t(await copied(JSON.stringify(proof, null, 1), button) ? 'copied' : 'copy_failed'));
  setTimeout(() => say(button, t('copy')), 2000);
}
