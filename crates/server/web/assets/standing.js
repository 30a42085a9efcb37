// What stands of the reading that is being written, kept in this tab: a reload shows it before any server answers.

import { keep, recallJson } from './keep.js';
import { finished, sealedCount } from './kaucim/reducer.js';

const NAME = 'kaucim.standing';

let last = null; // what was kept, by task and number of sections

/** Keeps what has been sealed; lets go of it with the end, when there is a document to be had. */
export function keepStanding(state) {
  if (!state.taskId || !state.lot) return;
  const now = finished(state) ? '' : `${state.taskId} ${sealedCount(state)} ${state.sources.length} ${state.notices.length}`;
  if (now === last) return;
  last = now;
  const { taskId, question, language, lot, notices, sources, follows } = state;
  const sections = state.sections.map((one) => (one.state === 'sealed' ? one : { ...one, state: 'waiting', text: '', checks: [] }));
  keep(NAME, now && JSON.stringify({ taskId, question, language, lot, notices, sources, follows, sections }), 'sessionStorage');
}

/** What this tab has of that reading, if anything. */
export function standing(id) {
  const kept = recallJson(NAME, null, 'sessionStorage');
  return kept?.taskId === id ? kept : {};
}
