// The seven sections on their red thread: faint before they begin, wet while written, sealed when done.

import { h, mark, say } from './dom.js';
import { chineseNumber } from './number.js';
import { makeReveal } from './reveal.js';
import { finished } from './reducer.js';
import { guess, sectionTitle, t, tag } from './text.js';

/** Keeps a list in step with the state. `onSealed` gets each section as it is sealed on screen. */
export function sectionsView({ onSealed, onSettled }) {
  const root = h('ol', { class: 'sections' });
  const places = new Map();
  let latest = null;
  let quiet = false;
  const reveal = makeReveal(() => {
    render(latest, quiet);
    onSettled();
  });

  /** `atOnce`: what is there already is shown without ceremony. */
  function render(state, atOnce) {
    latest = state;
    quiet = atOnce;
    state.sections.forEach((section, position) => {
      const place = places.get(section.id) || make(section.id);
      if (root.children[position] !== place.item) root.insertBefore(place.item, root.children[position] || null);
      update(place, section, position, state);
    });
  }

  function make(id) {
    const knot = h('span', { class: 'knot', 'aria-hidden': 'true', lang: 'zh' });
    const title = h('h2');
    const hint = h('small', { class: 'hint' });
    const text = h('div', { class: 'text' });
    const origin = h('p', { class: 'origin' });
    const item = h('li', { class: 'section', 'data-testid': `section-${id}`, 'data-state': 'waiting' }, knot, h('header', {}, title, hint), text, origin);
    const place = { item, knot, title, hint, text, origin, sealedText: null };
    places.set(id, place);
    return place;
  }

  function update(place, section, position, state) {
    const lang = tag(state.language) || null;
    if (section.state === 'waiting') {
      reveal.forget(section.id);
      place.sealedText = null;
      if (place.text.firstChild) place.text.replaceChildren();
    } else if (place.sealedText !== section.text || section.state === 'open') {
      place.sealedText = null;
      reveal.write(section.id, place.text, section.text, quiet || finished(state) && state.phase !== 'complete');
    }
    const shown = section.state === 'sealed' && reveal.busy(section.id) ? 'open' : section.state;
    if (shown === 'sealed' && place.sealedText === null) seal(place, section, state);
    mark(place.item, 'data-state', shown);
    mark(place.item, 'aria-busy', shown === 'open' ? 'true' : null);
    mark(place.text, 'lang', lang);
    mark(place.title, 'lang', lang);
    say(place.knot, chineseNumber(position + 1));
    say(place.title, sectionTitle(section, state.language));
    say(place.hint, { open: t('wet'), sealed: t('sealed'), waiting: '' }[shown]);
    mark(place.hint, 'title', shown === 'open' ? t('wet_note') : null);
    say(place.origin, shown === 'sealed' ? madeHow(section) : '');
  }

  function seal(place, section, state) {
    place.sealedText = section.text;
    place.text.replaceChildren(...quoted(section.text, state.lot?.verse || []));
    mark(place.item, 'data-fresh', quiet ? null : '');
    if (!quiet) onSealed(section);
  }

  return {
    root,
    render,
    /** True while text that has come is still appearing. */
    unsettled: () => Boolean(latest?.sections.some((section) => reveal.busy(section.id))),
    /** The section being written, to look at. */
    open: () => root.querySelector('[data-state="open"]') || [...root.querySelectorAll('[data-state="sealed"]')].at(-1),
    clear() {
      reveal.clear();
      places.clear();
      root.replaceChildren();
    },
  };
}

/** What a reader should know of a finished section: that no model wrote it, or what it has failed. */
function madeHow({ origin, failed }) {
  if (origin === 'classic') return t('origin_classic');
  const names = failed.map((check) => t(`failed_${check}`) || check);
  return names.length ? t('failed', { checks: names.join(t('comma')) }) : '';
}

/** The text with the verse's own lines set apart from it. */
function quoted(text, verse) {
  const lines = verse.map((line) => line.replace(/[\s，。、；：！？,.;:!?]+$/u, '')).filter((line) => [...line].length >= 3);
  const parts = [];
  let rest = text;
  while (rest) {
    const found = lines
      .map((line) => ({ line, at: rest.indexOf(line) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.line.length - a.line.length)[0];
    if (!found) break;
    parts.push(rest.slice(0, found.at), h('span', { class: 'quote', lang: guess(found.line) }, found.line));
    rest = rest.slice(found.at + found.line.length);
  }
  return [...parts, rest].filter((part) => part !== '');
}
