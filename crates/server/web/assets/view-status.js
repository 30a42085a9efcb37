// The bar that tells what is happening now, honestly, and lets the reader stop it.

import { h, mark, say } from './dom.js';
import { finished, sealedCount } from './kaucim/reducer.js';
import { askLeave, canOffer } from './notify.js';
import { sectionTitle, t } from './text.js';

const WORTH_TELLING_MS = 3000;
const WORTH_LEAVING_MS = 8000;

/** `onJump` looks at the section being written; `onCancel` stops the reading. */
export function statusView({ onJump, onCancel }) {
  const thread = h('span', { class: 'beads', 'aria-hidden': 'true' });
  const phase = h('button', { type: 'button', class: 'phase', onclick: onJump });
  const time = h('span', { class: 'time' });
  const note = h('p', { class: 'bar-note', role: 'status' });
  const notify = h('button', { type: 'button', class: 'plain notify', 'data-testid': 'notify', onclick: leave }, '');
  const cancel = h('button', { type: 'button', class: 'cancel', 'data-testid': 'cancel', onclick: onCancel });
  const root = h(
    'div',
    { class: 'bar', 'data-testid': 'status', 'data-state': 'idle' },
    thread, h('i', { class: 'pulse', 'aria-hidden': 'true' }), h('div', { class: 'bar-words' }, phase, time), cancel, note, notify,
  );
  let latest = null;
  let armed = 0;
  let lostSince = 0;
  let ticking = 0;

  /** `shown` is the phase on screen, which may be a breath behind the state. */
  function render(state, shown) {
    latest = { state, shown };
    const over = finished({ phase: shown });
    mark(root, 'data-state', shown);
    say(phase, words(state, shown));
    mark(phase, 'title', over ? null : t('jump'));
    mark(phase, 'disabled', over || !sealedCount(state) && !state.open ? '' : null);
    cancel.hidden = over || shown === 'idle' || shown === 'asking';
    cancel.disabled = state.cancelling;
    say(cancel, t('cancel'));
    say(notify, t('notify'));
    beads(state);
    lostSince = state.link === 'lost' ? lostSince || performance.now() : 0;
    tick();
  }

  async function leave() {
    await askLeave();
    render(latest.state, latest.shown);
  }

  function beads(state) {
    while (thread.children.length < state.sections.length) thread.append(h('i'));
    state.sections.forEach((section, place) => mark(thread.children[place], 'data-state', section.state));
  }

  function tick() {
    clearTimeout(ticking);
    const { state, shown } = latest;
    const over = finished({ phase: shown });
    say(time, over ? '' : elapsed(state));
    // Only who waits is asked, and only where there is something to wait for.
    notify.hidden = over || !canOffer() || !(waited(state) > WORTH_TELLING_MS) || shown === 'writing' && !takesLong(state);
    const away = bare(state) ? 'opening' : 'lost';
    const lost = lostSince && performance.now() - lostSince > 900 && t(navigator.onLine ? `${away}_server` : `${away}_offline`);
    say(note, over ? '' : armed && t('esc') || lost || (!state.stored && t('storage')) || '');
    if (!over && (shown !== 'idle' || state.taskId)) ticking = setTimeout(tick, 500);
  }

  return {
    root,
    render,
    /** A first Esc only asks; a second one within three seconds means it. */
    escape() {
      if (cancel.hidden || cancel.disabled) return;
      if (armed) {
        clearTimeout(armed);
        armed = 0;
        onCancel();
      } else {
        armed = setTimeout(() => {
          armed = 0;
          tick();
        }, 3000);
      }
      tick();
    },
  };
}

/** True while nothing is there yet of a reading that was opened by its address. */
export function bare({ phase, lot }) {
  return phase === 'idle' && !lot;
}

/** One line on what is going on. */
export function words(state, shown) {
  if (state.cancelling && !finished({ phase: shown })) return t('phase_cancelling');
  switch (shown) {
    case 'idle':
      return t('opening');
    case 'asking':
      return t('asking');
    case 'queued':
      return state.beat?.position > 1 ? t('phase_queued_at', { n: state.beat.position - 1 }) : t('phase_queued');
    case 'waiting_for_model':
      return t(state.step === 'retrieving' ? 'phase_retrieving' : 'phase_waiting_for_model');
    case 'writing': {
      const open = state.sections.find((section) => section.id === state.open);
      return open ? t('phase_writing', { title: sectionTitle(open, state.language) }) : t('phase_next');
    }
    default:
      return t(`phase_${shown}`);
  }
}

/** How long it has taken, beside what is usual: until the first words while there are none, else until the end. */
function elapsed(state) {
  const { beat, phase } = state;
  const now = waited(state);
  if (!(now >= WORTH_TELLING_MS)) return '';
  const told = t('seconds', { n: Math.floor(now / 1000) });
  const waiting = beat.first && phase !== 'writing';
  const usual = waiting ? beat.first : beat.estimate;
  if (!usual) return told;
  const words = t(waiting ? 'usual_first' : 'usual', { n: Math.max(1, Math.round(usual / 1000)) });
  return `${told} · ${now > usual * 1.15 ? t('longer') : words}`;
}

/** Whether a reading that is being written will take long enough to look elsewhere meanwhile. */
function takesLong(state) {
  const { estimate } = state.beat;
  return estimate ? estimate - waited(state) > WORTH_LEAVING_MS : sealedCount(state) < state.sections.length / 2;
}

/** Milliseconds since the question, or not a number while nobody has said. */
function waited({ beat }) {
  return beat ? beat.elapsed + performance.now() - beat.at : NaN;
}
