// The field for a lot in the hand: its number, or words that name it, with the lots that may be meant.

import * as api from './api.js';
import { byId, h, mark, say } from './dom.js';
import { chineseNumber, parseNumber } from './number.js';
import { guess, language, t } from './text.js';

const PAUSE_MS = 250;

/** Brings the field to life. `where()` says {deity, deck, count}; `onChange` hears of every change. */
export function entryView(where, onChange) {
  const field = byId('number');
  const list = byId('candidates');
  let candidates = []; // what the words may mean
  let asked = ''; // the words that they belong to
  let active = -1;
  let problem = ''; // none | unsure | number
  let timer = 0;
  const named = new Map(); // for each deck that was asked: whether its lots are named by stem and branch

  field.addEventListener('input', () => {
    problem = '';
    close();
    clearTimeout(timer);
    if (words()) timer = setTimeout(look, PAUSE_MS);
    onChange();
  });
  field.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && candidates.length) {
      event.preventDefault();
      active = (active + step + candidates.length + (active < 0 && step < 0 ? 1 : 0)) % candidates.length;
      show();
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      take(candidates[active]);
    } else if (event.key === 'Escape' && candidates.length) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener('click', (event) => {
    event.stopPropagation();
    const option = event.target.closest('[role="option"]');
    if (option) take(candidates[[...list.children].indexOf(option)]);
  });

  /** What is typed, where it is no number. */
  function words() {
    const text = field.value.trim();
    return text && parseNumber(text) === null ? text : '';
  }

  async function look() {
    const text = words();
    const { deity, deck } = where();
    if (!text || !deity) return;
    try {
      const found = await api.find(deity, deck, text);
      if (words() !== text) return;
      [candidates, asked, active] = [found.entries, text, -1];
      problem = candidates.length ? '' : 'none';
    } catch {
      // Without an answer the number is still there to be typed.
      if (words() === text) problem = 'none';
    }
    show();
    onChange();
  }

  /** The number that is typed, where the deck has no such lot. */
  function beyond() {
    const number = parseNumber(field.value);
    return number !== null && where().count && !(number >= 1 && number <= where().count);
  }

  /** Asks once for each deck, when its lots are spoken of, whether they have such names. */
  function bearsNames() {
    const { deity, deck } = where();
    const key = `${deity} ${deck}`;
    if (deck && !byId('own').hidden && !named.has(key)) {
      named.set(key, false);
      api.find(deity, deck, '甲子').then(({ entries }) => {
        named.set(key, entries.some((one) => one.how === 'stem_branch'));
        onChange();
      }, () => named.delete(key));
    }
    return named.get(key);
  }

  function take(candidate) {
    field.value = String(candidate.number);
    problem = '';
    close();
    onChange();
    field.focus();
  }

  function close() {
    [candidates, asked, active] = [[], '', -1];
    show();
  }

  function show() {
    const open = candidates.length > 0;
    list.hidden = !open;
    mark(field, 'aria-expanded', String(open));
    mark(field, 'aria-activedescendant', active >= 0 ? `candidate-${active}` : null);
    list.replaceChildren(...candidates.map((one, place) => h(
      'li',
      { id: `candidate-${place}`, role: 'option', 'aria-selected': String(place === active), 'data-testid': 'candidate', 'data-number': one.number },
      h('b', {}, numbered(one.number)),
      h('span', { lang: guess(one.line) }, one.line),
    )));
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  }

  return {
    /** The number, once it is sure; otherwise `null`, and the field says what is missing. */
    async settled() {
      const { count } = where();
      if (words() && asked !== words()) {
        clearTimeout(timer);
        await look();
      }
      if (words()) {
        if (candidates.length === 1 && candidates[0].score >= 1) take(candidates[0]);
        else {
          problem = candidates.length ? 'unsure' : 'none';
          onChange();
          field.focus();
          return null;
        }
      }
      const number = parseNumber(field.value);
      if (number >= 1 && number <= (count ?? number)) return number;
      problem = 'number';
      onChange();
      field.focus();
      return null;
    },
    set(value) {
      field.value = value;
      problem = '';
      close();
    },
    /** Writes what there is to say about the field. */
    tell() {
      const { count: n = '' } = where();
      mark(field, 'data-long', field.value.length > 3 && !words() ? '' : null);
      mark(field, 'data-words', words() ? '' : null);
      const wrong = problem || (beyond() && 'number');
      mark(field, 'aria-invalid', wrong ? 'true' : null);
      say(byId('number-note'), t(bearsNames() ? 'own_note_named' : 'own_note', { n }));
      byId('number-problem').hidden = !wrong;
      say(byId('number-problem'), wrong ? t({ none: 'entry_none', unsure: 'entry_unsure', number: 'number_bad' }[wrong], { n }) : '');
      show();
    },
  };
}

function numbered(number) {
  return { en: `No. ${number}`, ja: `第${chineseNumber(number)}番` }[language()] || `第${chineseNumber(number)}籤`;
}
