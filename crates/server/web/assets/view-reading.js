// A reading as a page: notices, the slip, the sections as they are written, and how it ended.

import { byId, calm, h, linked, mark, say } from './dom.js';
import { finished, sealedCount } from './kaucim/reducer.js';
import { follower } from './following.js';
import { tell } from './notify.js';
import { aside, layoutButton, lotName, paper, rubyButton } from './view-slip.js';
import { proofView } from './view-proof.js';
import { sectionsView } from './view-sections.js';
import { bare, statusView, words } from './view-status.js';
import { codeText, guess, language, t } from './text.js';

const ANNOUNCED = 3; // passages kept in the live region

/** Builds the reading inside `root` and keeps it in step with the state. */
export function readingView(root, { onCancel, onAgain, onMore }) {
  const heading = h('h1', { class: 'lot-name', tabindex: '-1' });
  const safety = h('div', { class: 'notices' });
  const notices = h('div', { class: 'notices' });
  const slip = h('div');
  const beside = h('div', { class: 'beside' });
  const first = h('p', { class: 'asked first', hidden: true });
  const asked = h('p', { class: 'asked' });
  const ending = h('div', { class: 'ending' });
  let latest = null;
  let quietUntil = 0;
  let drawn = {};
  let told = '';

  const sections = sectionsView({ onSealed: announceSection, onSettled: () => render(latest) });
  const following = follower(() => sections.open());
  const status = statusView({ onCancel, onJump: following.start });
  root.addEventListener('click', (event) => {
    const link = event.target.closest('a.quote');
    if (!link) return;
    event.preventDefault(); // the address names the reading, and goes on naming it
    following.stop();
    show(root.querySelector(link.getAttribute('href')));
  });
  root.append(
    h('div', { class: 'reading-head' }, safety, heading, first, asked),
    h('div', { class: 'slip-place' }, slip, beside),
    h('div', { class: 'written' }, notices, sections.root, status.root, ending),
  );

  function render(state) {
    latest = state;
    sections.render(state, performance.now() < quietUntil);
    const shown = state.phase === 'complete' && sections.unsettled() ? 'writing' : state.phase;
    mark(root, 'data-phase', shown);
    mark(root, 'data-bare', bare(state) ? '' : null);
    mark(root, 'data-over', finished({ phase: shown }) && (shown === 'complete' ? 'whole' : 'short'));
    status.render(state, shown);
    following.keepUp(shown);
    redraw('slip', [state.lot], () => slip.replaceChildren(state.lot ? paper(state.lot) : ''));
    redraw('lot', [state.lot, state.proof, state.language, language()], () => lot(state));
    redraw('first', [state.follows, language()], () => before(state));
    redraw('asked', [state.question, state.follows, state.language, language()], () => question(state));
    redraw('notices', [state.notices, finished(state), state.language, language()], () => notice(state));
    redraw('ending', [shown, state.result, state.error, state.sources, state.followedBy, language()], () => end(state, shown));
    announcePhase(state, shown);
  }

  /** Builds a part again only when something that it shows has changed. */
  function redraw(part, keys, build) {
    if (drawn[part]?.every((key, place) => key === keys[place])) return;
    drawn[part] = keys;
    build();
  }

  function lot(state) {
    say(heading, state.lot ? lotName(state.lot) : '');
    if (!state.lot) return beside.replaceChildren();
    const wereOpen = [...beside.querySelectorAll('details[open]')].map((one) => one.className);
    const looks = [layoutButton, rubyButton].map((button) => button(state.lot, slip.firstElementChild)).filter(Boolean);
    beside.replaceChildren(looks.length ? h('p', { class: 'looks' }, ...looks) : '', ...aside(state.lot, state.language), proofView(state.proof));
    for (const one of beside.querySelectorAll('details')) one.open = wereOpen.includes(one.className);
    document.title = `${lotName(state.lot)} — Kaucim`;
    return undefined;
  }

  /** The reading that this one follows; what says so comes with a module of its own. */
  async function before({ follows }) {
    first.hidden = !follows;
    first.replaceChildren();
    if (!follows) return;
    const { before: way } = await import('./more.js');
    if (latest.follows === follows) first.replaceChildren(...way(follows));
  }

  function question(state) {
    asked.hidden = !state.question;
    asked.replaceChildren(h('span', {}, t(state.follows ? 'asked_now' : 'asked')), h('q', { dir: 'auto', lang: guess(state.question) }, state.question));
  }

  function notice(state) {
    // The server says what is being done; at the end it has been.
    const past = (one) => one.kind === 'repair' && (finished(state) || one.code === 'section_unrepaired');
    const build = (one) => h(
      'div',
      { class: 'notice', 'data-kind': one.kind, role: one.kind === 'safety' ? 'note' : null },
      h('strong', {}, t(past(one) ? 'notice_repaired' : `notice_${one.kind}`) || ''),
      one.kind === 'safety' || one.kind === 'repair' && !past(one) || !codeText(one.code)
        ? h('p', { lang: state.language || language() }, ...linked(one.message || ''))
        : h('p', {}, codeText(one.code)),
    );
    safety.replaceChildren(...state.notices.filter((one) => one.kind === 'safety').map(build));
    // What was to be written again has been, where it is told what came of it.
    const stale = (one) => one.code === 'section_rewritten' && state.notices.some(({ code }) => code === 'section_unrepaired');
    notices.replaceChildren(...state.notices.filter((one) => one.kind !== 'safety' && !stale(one)).map(build));
  }

  function end(state, shown) {
    const wasOpen = ending.querySelector('details')?.open;
    const parts = [sources(state), finished({ phase: shown }) ? colophon(state, shown) : ''];
    ending.replaceChildren(...(shown === 'error' ? parts.reverse() : parts));
    const details = ending.querySelector('details');
    if (wasOpen && details) details.open = true;
  }

  function colophon(state, shown) {
    const { result, error } = state;
    const again = h('button', {
      type: 'button',
      class: shown === 'complete' ? 'seal-button' : 'seal-button quiet-button',
      'data-testid': 'ask-again',
      onclick: () => onAgain(shown !== 'complete' && error?.retryAllowed !== false),
    }, t(shown === 'complete' || error?.retryAllowed === false ? 'again' : 'again_lot'));
    const seconds = Math.round((result?.timings?.total_ms || 0) / 1000);
    const by = result?.model?.name && result.origin !== 'classic' ? t('by', { name: result.model.name }) : '';
    const made = [by, seconds ? t('took', { n: seconds }) : ''].filter(Boolean).join(language() === 'en' ? ' ' : '，');
    const whole = shown === 'complete' && state.sections.every((section) => section.checks.every((one) => one.passed));
    const other = shown === 'cancelled' && h('button', { type: 'button', class: 'plain', 'data-testid': 'ask-other', onclick: () => onAgain(false) }, t('again'));
    const after = h('div', { class: 'after' });
    if (shown !== 'cancelled' || sealedCount(state)) afterwards(after, state);
    const more = h('div', { class: 'more-place' });
    if (shown === 'complete') furtherOn(more, state);
    return h(
      'footer',
      { class: 'colophon' },
      shown === 'complete' ? sealMark(whole, result) : '',
      shown === 'error' ? h('p', { class: 'problem' }, codeText(error?.code) || codeText('internal')) : '',
      shown === 'error' && sealedCount(state) ? h('p', {}, t('error_note')) : '',
      shown === 'cancelled' && sealedCount(state) ? h('p', {}, t('cancelled_note')) : '',
      result?.origin === 'classic' ? h('p', { class: 'origin' }, t('whole_classic')) : '',
      result?.origin === 'mixed' ? h('p', { class: 'origin' }, t('whole_mixed')) : '',
      result?.disclaimer ? h('p', { class: 'disclaimer', lang: state.language || language() }, result.disclaimer) : '',
      shown === 'complete' && made ? h('p', { class: 'made' }, made) : '',
      after,
      more,
      again,
      other || '',
    );
  }

  /** What leads further on the same lot, likewise with a module of its own. */
  async function furtherOn(place, state) {
    const { oneMore } = await import('./more.js');
    place.replaceChildren(oneMore(state, onMore));
  }

  function announceSection(section) {
    const lang = latest?.language || language();
    announce(`${section.title}${lang === 'en' ? '. ' : '。'}${section.text}`, lang);
  }

  function announcePhase(state, shown) {
    if (told === shown || !['complete', 'error', 'cancelled'].includes(shown)) return;
    told = shown;
    if (shown !== 'cancelled' && performance.now() >= quietUntil) tell(words(state, shown), state.lot ? lotName(state.lot) : '');
    if (performance.now() >= quietUntil) announce(words(state, shown), language());
  }

  return {
    render,
    /** Starts with an empty page; `quiet` where what comes first was written before. */
    begin(quiet) {
      quietUntil = quiet ? performance.now() + 1500 : 0;
      drawn = {};
      told = '';
      sections.clear();
      byId('live').replaceChildren();
    },
    focus: () => heading.focus({ preventScroll: true }),
    escape: () => status.escape(),
  };
}

/** The last seal: that everything was checked, or that something is marked. */
function sealMark(whole, result) {
  const words = t(result?.origin === 'classic' ? 'seal_classic' : whole ? 'seal_whole' : 'seal_marked');
  return h('div', { class: 'great-seal', 'data-whole': whole }, h('span', { 'aria-hidden': 'true', lang: 'zh' }, '籤'), h('p', {}, words));
}

/** What can be done now comes with a module of its own, once there is something to do it with. */
async function afterwards(place, state) {
  const { actions } = await import('./actions.js');
  place.replaceChildren(...actions(state, !document.documentElement.hasAttribute('data-kiosk')));
}

/** Brings what was quoted into view, and lets it glow for a moment. */
function show(target) {
  if (!target) return;
  const details = target.closest('details');
  if (details) details.open = true;
  target.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });
  target.removeAttribute('data-lit');
  requestAnimationFrame(() => requestAnimationFrame(() => target.setAttribute('data-lit', '')));
}

function sources(state) {
  if (!state.sources.length) return '';
  const items = state.sources.map((source, place) => h(
    'li',
    { id: `source-${place + 1}` },
    h('strong', { lang: source.title && guess(source.title) }, source.title || t(`kind_${source.kind}`) || ''),
    h('p', { lang: guess(source.excerpt || '') }, source.excerpt || ''),
  ));
  return h('details', { class: 'more sources' }, h('summary', {}, t('sources')), h('ul', {}, ...items));
}

function announce(text, lang) {
  const region = byId('live');
  region.append(h('p', { lang }, text));
  while (region.children.length > ANNOUNCED) region.firstChild.remove();
}
