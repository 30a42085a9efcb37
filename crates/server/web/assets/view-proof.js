// How a draw can be verified: its values, whether they hold in this browser, and a button to copy them.

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
  const copy = h('button', { type: 'button', class: 'copy', 'data-testid': 'copy-proof', onclick: () => copied(copy, proof) }, t('copy'));
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

async function copied(button, proof) {
  const text = JSON.stringify(proof, null, 1);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP on a local network has no clipboard of its own.
    const area = h('textarea', { class: 'unseen' });
    area.value = text;
    button.after(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  say(button, t('copied'));
  setTimeout(() => say(button, t('copy')), 2000);
}
