// What a reading is at any moment: events in, state out. No DOM, no clock, no network.

/** The sections of a reading in their order; the server places them by `index`. */
export const SECTIONS = [
  'line_by_line_interpretation',
  'overall_development',
  'positive_factors',
  'challenges',
  'suggested_actions',
  'supplementary_notes',
  'conclusion',
];

/** Every event that the stream names, for those who must subscribe by name. */
export const EVENTS = [
  'status', 'lot', 'notice', 'sources', 'section_started', 'llm_streaming', 'validation',
  'section_completed', 'section_reset', 'heartbeat', 'reset', 'complete', 'error', 'cancelled',
];

/** A page on which nothing was asked. */
export function initial() {
  return {
    phase: 'idle', // idle | asking | queued | waiting_for_model | thinking | writing | complete | error | cancelled
    step: '', // the finer word of the server: retrieving, generating …
    taskId: '',
    question: '',
    language: '', // of the reading; empty until known
    lot: null,
    proof: null, // what proves the draw, where it can be proven here
    notices: [],
    sources: [],
    sections: SECTIONS.map((id, rank) => unwritten(id, rank)),
    open: '', // id of the section being written
    beat: null, // {position, elapsed, estimate, first, at}
    stored: true, // false while the server's storage is away
    link: 'open', // open | lost: the connection, not the task
    cancelling: false,
    result: null,
    error: null, // {code, message, retryAllowed}
    follows: '', // the reading that this one follows
    followedBy: '', // the question that follows this reading
  };
}

/** True once nothing more will come. */
export function finished(state) {
  return state.phase === 'complete' || state.phase === 'error' || state.phase === 'cancelled';
}

/** How many sections are sealed. */
export function sealedCount(state) {
  return state.sections.filter((section) => section.state === 'sealed').length;
}

/**
 * The state after an event: one of the stream's (by `type`), or one of the page's own:
 * `forgotten`, `asked`, `accepted`, `proven`, `document`, `link`, `cancelling`. Unknown events change nothing.
 */
export function reduce(state, event) {
  switch (event.type) {
    case 'forgotten':
      return { ...initial(), taskId: event.task_id || '', ...event.standing };
    case 'asked':
      return { ...initial(), phase: 'asking', question: event.question, language: event.language || '', follows: event.follows || '' };
    case 'accepted':
      return { ...state, phase: 'queued', taskId: event.task_id, lot: sameLot(state.lot, event.lot), proof: event.proof || null };
    case 'proven':
      return { ...state, proof: event.proof || null };
    case 'document':
      return fromDocument(state, event.task);
    case 'link':
      return { ...state, link: event.state };
    case 'cancelling':
      return { ...state, cancelling: event.on };
    default:
      return finished(state) ? state : fromStream(state, event);
  }
}

function fromStream(state, event) {
  switch (event.type) {
    case 'status':
      return { ...state, step: event.status || '', phase: phaseOfStatus(state, event.status) };
    case 'lot':
      return { ...state, lot: sameLot(state.lot, lotOf(event)), language: event.language || state.language };
    case 'notice':
      return { ...state, notices: withNotice(state.notices, event) };
    case 'sources':
      return { ...state, sources: list(event.sources) };
    case 'section_started':
      return opened(state, event, '');
    case 'llm_streaming':
      return opened(state, event, event.token || '');
    case 'validation':
      return checked(state, event);
    case 'section_completed':
      return { ...sealed(state, event), phase: 'writing' };
    case 'section_reset':
      return dropped(state, event.section || state.open);
    case 'heartbeat':
      return beat(state, event);
    case 'reset':
      return { ...initial(), ...kept(state) };
    case 'complete':
      return completed(state, event.result || {});
    case 'error':
      return ended(state, 'error', {
        code: event.code || 'internal',
        message: event.message || '',
        retryAllowed: event.retry_allowed !== false,
      });
    case 'cancelled':
      return ended(state, 'cancelled', null);
    default:
      return state;
  }
}

function fromDocument(state, task) {
  const known = {
    ...state,
    taskId: task.task_id || state.taskId,
    question: task.question || state.question,
    language: task.language || state.language,
    lot: sameLot(state.lot, task.lot),
    follows: task.follows || state.follows,
    followedBy: task.followed_by || '',
  };
  const told = { ...known, notices: list(task.notices), sources: list(task.sources) };
  switch (task.status) {
    case 'completed':
      return completed(list(task.sections).reduce(sealed, told), task.result || {});
    case 'failed': {
      const error = task.error || {};
      return ended(list(task.sections).reduce(sealed, told), 'error', {
        code: error.code || 'internal',
        message: error.message || '',
        retryAllowed: error.retry_allowed !== false,
      });
    }
    case 'cancelled':
      return ended(list(task.sections).reduce(sealed, told), 'cancelled', null);
    default:
      return known.phase === 'idle' ? { ...known, phase: phaseOfStatus(known, task.status) } : known;
  }
}

function phaseOfStatus(state, status) {
  if (status === 'queued') return 'queued';
  return state.open || sealedCount(state) > 0 ? 'writing' : 'waiting_for_model';
}

function beat(state, event) {
  const { phase, position, elapsed_ms: elapsed, estimate_ms: estimate, estimate_first_token_ms: first, at } = event;
  const stored = phase !== 'storage_unavailable';
  const told = ['queued', 'waiting_for_model', 'thinking', 'writing'].includes(phase);
  return { ...state, stored, phase: told ? phase : state.phase, beat: { position, elapsed, estimate, first, at } };
}

function opened(state, event, token) {
  const next = change(state, event.section, (section) => (section.state === 'sealed' ? section : {
    ...section,
    state: 'open',
    again: false,
    index: event.index ?? section.index,
    title: event.title || section.title,
    text: section.text + token,
  }));
  return { ...next, open: event.section, phase: 'writing', stored: true };
}

/** A check that has run on the open section; a section that is written again starts without any. */
function checked(state, { section: id, check, passed }) {
  return change(state, id, (section) => (section.state === 'sealed' ? section : {
    ...section,
    checks: [...section.checks.filter((one) => one.check !== check), { check, passed: passed !== false }],
  }));
}

function sealed(state, event) {
  const next = change(state, event.section, (section) => ({
    ...section,
    state: 'sealed',
    index: event.index ?? section.index,
    title: event.title || section.title,
    text: event.text || '',
    origin: event.origin || 'model',
    checks: list(event.checks).filter(Boolean).map(({ check, passed }) => ({ check, passed: passed !== false })),
  }));
  return { ...next, open: state.open === event.section ? '' : state.open };
}

/** Open text is not final; where the server names no section, whichever is open is dropped. */
function dropped(state, id) {
  const next = change(state, id, (section) => (section.state === 'sealed' ? section : { ...section, state: 'waiting', text: '', checks: [], again: true }));
  return { ...next, open: state.open === id ? '' : state.open };
}

function completed(state, result) {
  const whole = list(result.sections).reduce(sealed, state);
  return {
    ...whole,
    phase: 'complete',
    open: '',
    link: 'open',
    language: result.language || state.language,
    lot: sameLot(state.lot, result.lot),
    question: result.question || state.question,
    sources: result.sources || state.sources,
    notices: result.notices || state.notices,
    follows: result.follows || state.follows,
    result,
  };
}

function ended(state, phase, error) {
  const sections = state.sections.map((section) => (section.state === 'sealed'
    ? section
    : { ...section, state: section.text ? 'broken' : 'waiting', checks: [] }));
  return { ...state, phase, error, sections, open: '', link: 'open', cancelling: false };
}

/** Changes one section, making a place for one that this page does not know. */
function change(state, id, how) {
  if (!id) return state;
  const known = state.sections.some((section) => section.id === id);
  const all = known ? state.sections : [...state.sections, unwritten(id, state.sections.length)];
  const sections = all.map((section) => (section.id === id ? how(section) : section));
  return { ...state, sections: ordered(sections) };
}

/** `index` is an order key, from 0 or from 1: sections without one take their rank on that scale. */
function ordered(sections) {
  const placed = sections.find((section) => section.index !== null && section.rank < SECTIONS.length);
  const base = placed ? placed.index - placed.rank : 0;
  const key = (section) => section.index ?? section.rank + base;
  return [...sections].sort((a, b) => key(a) - key(b) || a.rank - b.rank);
}

function unwritten(id, rank) {
  return { id, rank, index: null, state: 'waiting', title: '', text: '', origin: '', checks: [] };
}

function withNotice(notices, { kind, code, message }) {
  const same = (one) => one.kind === kind && one.code === code && one.message === message;
  if (notices.some(same)) return notices;
  const all = [...notices, { kind, code, message }];
  return [...all.filter((one) => one.kind === 'safety'), ...all.filter((one) => one.kind !== 'safety')];
}

function kept({ phase, taskId, question, language, lot, proof, beat: last, cancelling, follows }) {
  return { phase, taskId, question, language, lot, proof, beat: last, cancelling, follows };
}

function lotOf(event) {
  const lot = event.lot || event;
  return Array.isArray(lot.verse) ? lot : null;
}

/** The lot is told more than once; what is held stays the same object, so that nothing is drawn again. */
function sameLot(held, told) {
  if (!held || !told) return told || held;
  const name = ({ deity_id: deity, deck_id: deck, version, number }) => [deity, deck, version, number].join('\n');
  return name(held) === name(told) ? held : told;
}

function list(value) {
  return Array.isArray(value) ? value : [];
}
