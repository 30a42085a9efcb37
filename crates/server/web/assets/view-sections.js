// The seven sections on their red thread: faint before they begin, wet while written, sealed when done.

import { h, mark, say } from './dom.js';
import { chineseNumber } from './number.js';
import { quoted } from './quotes.js';
import { makeReveal } from './reveal.js';
import { finished } from './kaucim/reducer.js';
import { language, sectionTitle, t, tag } from './text.js';

/** Keeps a list in step with the state. `onSealed` gets each section as it is sealed on screen. */
export function sectionsView({ onSealed, onSettled }) {
  const root = h('ol', { class: 'sections' });
  const places = new Map();
  let latest = null;
  let quiet = false;
  const reveal = makeReveal(() => {
    render(latest, quiet);
    onSettled();
  }, (id, resting) => mark(places.get(id)?.item || root, 'data-resting', resting ? '' : null));

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
    const ticks = h('p', { class: 'ticks', 'aria-hidden': 'true' });
    const origin = h('div', { class: 'made-how' });
    const item = h('li', { class: 'section', 'data-testid': `section-${id}`, 'data-state': 'waiting' }, knot, h('header', {}, title, hint), text, ticks, origin);
    const place = { item, knot, title, hint, text, ticks, origin, sealedText: null, told: null };
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
    mark(place.item, 'data-marked', shown === 'sealed' && section.checks.some((one) => !one.passed) && section.origin !== 'classic' ? '' : null);
    mark(place.item, 'data-again', shown === 'waiting' && section.again ? '' : null);
    mark(place.item, 'aria-busy', shown === 'open' ? 'true' : null);
    mark(place.text, 'lang', lang);
    mark(place.title, 'lang', lang);
    say(place.knot, chineseNumber(position + 1));
    say(place.title, sectionTitle(section, state.language));
    say(place.hint, { open: t('wet'), sealed: t('sealed'), broken: t('broken'), waiting: section.again ? t('being_rewritten') : '' }[shown]);
    mark(place.hint, 'title', shown === 'open' ? t('wet_note') : null);
    tick(place, shown === 'open' ? section.checks : []);
    tellHow(place, shown === 'sealed' ? section : null);
  }

  /** Each check of the open section, as it is passed. */
  function tick(place, checks) {
    while (place.ticks.children.length > checks.length) place.ticks.lastChild.remove();
    checks.forEach((check, rank) => {
      if (!place.ticks.children[rank]) place.ticks.append(h('i'));
      mark(place.ticks.children[rank], 'data-passed', String(check.passed));
    });
  }

  /** What a reader should know of a sealed section; built anew only when that has changed. */
  function tellHow(place, section) {
    const key = section && [section.checks, section.origin, language()];
    if (place.told === key || key && place.told?.every((one, rank) => one === key[rank])) return;
    place.told = key;
    place.origin.replaceChildren(section ? madeHow(section) : '');
  }

  function seal(place, section, state) {
    place.sealedText = section.text;
    place.text.replaceChildren(...quoted(section.text, state.lot?.verse || [], state.sources));
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

/** That no model wrote it, what it has failed, or how many checks it has passed; and which, on a click. */
function madeHow({ origin, checks }) {
  const failed = checks.filter((one) => !one.passed);
  if (origin === 'classic') return h('p', { class: 'origin' }, t('origin_classic'));
  if (!checks.length) return '';
  const name = (one) => t(`check_${one.check}`) || one.check.replaceAll('_', ' ');
  const words = failed.length
    ? t('failed', { checks: failed.map((one) => t(`failed_${one.check}`) || name(one)).join(t('comma')) })
    : t('passed', { n: checks.length });
  return h(
    'details',
    { class: 'checks', 'data-marked': failed.length > 0 },
    h('summary', {}, words),
    h('ul', {}, ...checks.map((one) => h('li', { 'data-passed': String(one.passed) }, name(one)))),
  );
}
