// The form: whom to ask, the question, a lot drawn here or one already in the hand.

import { byId, h, mark, say } from './dom.js';
import { codeOfStatus, codeText, pick, t } from './text.js';
import { entryView } from './view-entry.js';

const LONGEST = 1000;
const COUNT_FROM = 900;

/** Brings the static form to life. `onAsk` gets the body of the request. */
export function askView(onAsk) {
  const form = byId('ask');
  const question = byId('question');
  const entry = entryView(
    () => ({ deity: chosenDeity()?.id, deck: chosenDeck()?.deck_id, count: chosenDeck()?.count }),
    () => choose(),
  );
  let deities = [];
  let wait = null; // {until} while the server asked for patience
  let problem = null;
  let preferred = ''; // the only one to be asked here, if there is that one

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  question.addEventListener('input', () => {
    grow();
    count();
    if (problem && isOurs(problem)) clear();
  });
  byId('own-open').addEventListener('click', () => {
    unfold(byId('own').hidden);
    if (byId('own').hidden) question.focus();
    else byId('number').focus();
  });
  byId('deities').addEventListener('change', () => {
    decks();
    choose();
  });
  byId('deck').addEventListener('change', choose);

  async function submit() {
    const text = question.value.trim();
    const length = [...text].length;
    if (!length || length > LONGEST) return complain(length ? 'question_long' : 'question_missing');
    const own = byId('own').hidden ? undefined : await entry.settled();
    const deck = chosenDeck();
    if (own === null || !deck || wait || form.hasAttribute('aria-busy')) return undefined;
    clear();
    return onAsk({
      deity_id: chosenDeity().id,
      deck_id: deck.deck_id,
      question: text,
      ...(own !== undefined && { fortune_number: own }),
      ...(byId('language').value && { language: byId('language').value }),
    });
  }

  function complain(code) {
    problem = { code };
    showProblem();
    mark(question, 'aria-invalid', 'true');
    question.focus();
  }

  function clear() {
    problem = null;
    mark(question, 'aria-invalid', null);
    showProblem();
  }

  /** A lot of one's own is asked about, or one is drawn: the page shows the one or the other. */
  function unfold(own) {
    byId('own').hidden = !own;
    if (!own) entry.set('');
    choose();
  }

  function chosenDeity() {
    const checked = form.querySelector('input[name="deity"]:checked');
    return deities.find((deity) => deity.id === checked?.value);
  }

  function chosenDeck() {
    const all = chosenDeity()?.decks || [];
    return all.find((deck) => deck.deck_id === byId('deck').value) || all[0];
  }

  function plaques() {
    const one = deities.some((deity) => deity.id === preferred);
    mark(form, 'data-one', one ? '' : null);
    const before = (one && preferred) || chosenDeity()?.id || deities[0]?.id;
    const box = byId('deities');
    if (!deities.length) return box.replaceChildren(h('p', { class: 'quiet' }, t('no_deity')));
    return box.replaceChildren(...deities.map((deity) => plaque(deity, deity.id === before)));
  }

  function decks() {
    const all = chosenDeity()?.decks || [];
    const before = byId('deck').value;
    byId('deck').hidden = all.length < 2;
    byId('deck-note').hidden = all.length !== 1;
    byId('deck').replaceChildren(...all.map((deck) => {
      const name = pick(deck.name);
      const label = `${name.text} · ${t('lots', { n: deck.count })}`;
      return h('option', { value: deck.deck_id, lang: name.lang, selected: deck.deck_id === before }, label);
    }));
    say(byId('deck-note'), byId('deck').textContent);
    mark(byId('deck-note'), 'lang', byId('deck').firstElementChild?.getAttribute('lang'));
  }

  /** Which of the two ways is taken follows from what is unfolded. */
  function choose() {
    const own = !byId('own').hidden;
    byId('fair').hidden = own;
    mark(byId('own-open'), 'aria-expanded', String(own));
    say(byId('own-open'), t(own ? 'draw' : 'own'));
    entry.tell();
    say(byId('submit'), t(own ? 'ask_own' : 'ask_draw'));
  }

  function grow() {
    question.style.height = 'auto';
    question.style.height = `${question.scrollHeight}px`;
  }

  function count() {
    const length = [...question.value.trim()].length;
    const over = length - LONGEST;
    const words = over > 0 ? t('over', { n: over }) : t('left', { n: -over });
    say(byId('count'), length >= COUNT_FROM ? words : '');
    mark(byId('count'), 'data-over', over > 0 ? '' : null);
  }

  function showProblem() {
    const box = byId('problem');
    box.hidden = !problem;
    if (!problem) return box.replaceChildren();
    const words = isOurs(problem) ? t(problem.code) : codeText(problem.code) || codeText(codeOfStatus(problem.status ?? 500));
    const seconds = wait ? Math.ceil((wait.until - performance.now()) / 1000) : 0;
    return box.replaceChildren(
      h('p', {}, words),
      seconds > 0 ? h('p', { class: 'countdown' }, codeText('wait').replace('{n}', seconds)) : '',
      problem.taskId ? h('p', {}, h('a', { href: `#/r/${encodeURIComponent(problem.taskId)}` }, codeText('go'))) : '',
    );
  }

  function countDown() {
    if (!wait) return;
    if (performance.now() >= wait.until) {
      wait = null;
      byId('submit').disabled = false;
      clear();
      return;
    }
    showProblem();
    setTimeout(countDown, 1000);
  }

  return {
    /** Shows who can be asked. */
    offer(list) {
      deities = list.filter((deity) => deity.decks?.length);
      this.translate();
    },
    /** Asks this deity and no other, where there is one of that id. */
    prefer(id) {
      if (id === preferred) return;
      preferred = id;
      if (!deities.length) return;
      plaques();
      decks();
      choose();
    },
    /** Tells why the server did not take the question, or the page could not open one. */
    refuse(refusal) {
      problem = refusal;
      showProblem();
      byId('problem').scrollIntoView({ block: 'nearest' });
      if (refusal.retryAfter > 0 && refusal.status === 429) {
        wait = { until: performance.now() + refusal.retryAfter * 1000 };
        byId('submit').disabled = true;
        countDown();
      }
    },
    /** Makes the form ready for another question, or for the same one with the lot it drew. */
    prepare({ text = '', lot = null } = {}) {
      clear();
      question.value = text;
      byId('own').hidden = !lot?.number;
      entry.set(lot ? String(lot.number) : '');
      const radio = lot && form.querySelector(`input[name="deity"][value="${CSS.escape(lot.deity_id)}"]`);
      if (radio) radio.checked = true;
      decks();
      if (lot) byId('deck').value = lot.deck_id;
      this.translate();
      grow();
    },
    /** How often moon blocks are thrown in the deck of this question. */
    rule({ deity_id: id, deck_id: deck }) {
      const decksOf = deities.find((deity) => deity.id === id)?.decks || [];
      return decksOf.find((one) => one.deck_id === deck)?.blocks || 'none';
    },
    busy(on) {
      mark(form, 'aria-busy', on ? 'true' : null);
      byId('submit').disabled = on || Boolean(wait);
      if (on) say(byId('submit'), t('asking'));
      else choose();
    },
    translate() {
      if (deities.length || byId('deities').dataset.asked) plaques();
      decks();
      choose();
      count();
      showProblem();
    },
    /** Once the server answered, an empty list means an empty shelf. */
    asked() {
      byId('deities').dataset.asked = '';
    },
  };
}

/** Found by the form itself; a code of the server may well have the name of a button. */
function isOurs({ code }) {
  return ['question_missing', 'question_long'].includes(code);
}

function plaque(deity, checked) {
  const name = pick(deity.name);
  const original = pick(deity.name, 'zh');
  return h(
    'label',
    { class: 'plaque', 'data-testid': 'deity', 'data-deity': deity.id },
    h('input', { type: 'radio', name: 'deity', value: deity.id, checked }),
    h('span', { class: 'glyph', lang: original.lang, 'aria-hidden': 'true' }, [...original.text][0] || '籤'),
    h('strong', { lang: name.lang }, name.text),
  );
}
