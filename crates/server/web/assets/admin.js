// Starts the operator's view: signing in and out, and asking the server every two seconds while somebody looks.

import * as api from './admin-api.js';
import { boardView } from './admin-board.js';
import { byId, h, mark, say, translate } from './dom.js';
import { keep, pause, recall } from './keep.js';
import { language, LANGUAGES, preferred, setLanguage, t, tag } from './text.js';

const EVERY = 2000;
const LONGEST = 15000;
/** How often what changes seldom is asked for, in rounds of `EVERY`. */
const HOUR = 5;
const ACTS = 15;

let board = null;
let known = {}; // what the server told last
let visit = 0; // rises with each sign-in and sign-out: what belongs to another one is dropped
let live = true;
let wake = () => {};
let round = 0;

const acts = {
  live() {
    live = !live;
    board.live(live);
    if (live) wake();
  },
  async refresh() {
    await look(true);
    announce(t('refreshed', { running: known.overview?.readings.running ?? 0, queued: known.overview?.readings.queued ?? 0, readers: known.overview?.readers ?? 0 }));
  },
  signOut() {
    leave();
    byId('key').focus();
    announce(t('signed_out'));
  },
  async cancel(id) {
    try {
      const { status } = await api.cancel(id);
      announce(t(status === 'cancelled' ? 'cancelled' : 'ended_before'));
    } catch (problem) {
      announce(words(problem));
    }
    await look(true);
  },
  async older() {
    const { entries, next } = await api.audit(known.acts.at(-1).id);
    known = { ...known, acts: [...known.acts, ...entries], more: next, read: true };
    board.show(known);
  },
};

/** One round: asks for what is due, and draws it. A key that is good no more ends the visit. */
async function look(all = false) {
  const mine = visit;
  const due = (every) => all || round % every === 0;
  try {
    const [overview, tasks, hour, audit, reported] = await Promise.all([
      api.overview(),
      api.tasks(),
      due(HOUR) ? api.lastHour() : known.hour,
      due(ACTS) && !known.read ? api.audit() : null,
      due(ACTS) ? api.reports() : known,
    ]);
    if (mine !== visit) return false;
    known = { ...known, overview, tasks, hour, reports: reported.reports, ...(audit && { acts: audit.entries, more: audit.next }) };
    round += 1;
    board.away('');
    board.show(known);
    watchModels(overview.readings.models);
    return true;
  } catch (problem) {
    if (mine !== visit) return false;
    if (problem.status === 401 || problem.status === 403) {
      leave();
      refuse(problem);
    } else {
      board.away(words(problem));
    }
    return false;
  }
}

/** Tells, to those who listen, when a model begins to fail or works again. */
let failing = new Set();
function watchModels(models) {
  const now = new Set(models.filter((model) => model.state === 'failing').map((model) => model.model));
  for (const model of now) if (!failing.has(model)) announce(t('model_fails', { model }));
  for (const model of failing) if (!now.has(model)) announce(t('model_works', { model }));
  failing = now;
}

/** Looks every two seconds for as long as this visit lasts; less often while the server is away, not at all unseen. */
async function keepLooking(mine) {
  for (let wait = EVERY; mine === visit;) {
    const woken = new Promise((resolve) => { wake = resolve; });
    await Promise.race([live && !document.hidden ? pause(wait) : woken, woken]);
    if (mine !== visit || !live || document.hidden) continue;
    wait = (await look()) ? EVERY : Math.min(wait * 2, LONGEST);
  }
}

function enter() {
  visit += 1;
  [live, round, failing, known] = [true, 0, new Set(), {}];
  byId('sign-in').hidden = true;
  byId('board').hidden = false;
  build();
  board.focus();
}

function leave() {
  visit += 1;
  wake();
  api.forget();
  [board, known] = [null, {}];
  byId('board').replaceChildren();
  byId('board').hidden = true;
  byId('sign-in').hidden = false;
  byId('key').value = '';
}

function build() {
  board = boardView(acts);
  byId('board').replaceChildren(board.element);
  board.live(live);
  board.show(known);
}

/** Tries a key: whoever is refused is told why, and what to do. */
async function signIn(key, inTab) {
  byId('refused').hidden = true;
  byId('enter').disabled = true;
  say(byId('enter'), t('signing'));
  api.hold(key, false);
  try {
    const overview = await api.overview();
    if (inTab) api.hold(key, true);
    byId('key').value = '';
    enter();
    known = { overview };
    board.show(known);
    const mine = visit;
    await look(true);
    if (mine === visit) keepLooking(mine);
  } catch (problem) {
    api.forget();
    refuse(problem);
  }
  byId('enter').disabled = false;
  say(byId('enter'), t('sign_in'));
}

function refuse(problem) {
  const hint = t(`hint_${problem.status}`);
  byId('refused').replaceChildren(h('strong', {}, words(problem)), ...(hint ? [' ', h('span', {}, hint)] : []));
  byId('refused').hidden = false;
  byId('refused').dataset.status = problem.status;
  mark(byId('key'), 'aria-invalid', [401, 403].includes(problem.status) ? 'true' : null);
  byId('key').focus();
}

function words(problem) {
  return t(`problem_${problem.code}`) || t(`status_${problem.status}`) || t('status_other', { n: problem.status });
}

function announce(text) {
  say(byId('said'), text);
}

async function speak(code) {
  await setLanguage(code, 'admin');
  document.documentElement.lang = tag(language());
  document.title = `${t('title')} — Kaucim`;
  for (const button of byId('languages').children) mark(button, 'aria-pressed', String(button.dataset.ui === language()));
  byId('refused').hidden = true;
  translate();
  if (board) build();
  document.documentElement.dataset.spoken = '';
}

function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = byId('key').value.trim();
  // What no key can be never goes anywhere.
  if (/^[\x21-\x7e]+$/.test(key)) signIn(key, byId('keep').checked);
  else refuse({ status: 401, code: key ? 'unauthenticated' : 'key_missing' });
});
byId('languages').addEventListener('click', (event) => {
  const code = event.target.closest('button')?.dataset.ui;
  if (code) speak(code).then(() => keep('kaucim.ui', code), () => {}); // without a connection the old one stays
});
byId('theme').addEventListener('click', () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  dress(dark ? 'light' : 'dark');
  keep('kaucim.theme', dark ? 'light' : 'dark');
});
document.addEventListener('visibilitychange', () => wake());
addEventListener('resize', () => board?.show(known));

dress(recall('kaucim.theme'));
await speak(LANGUAGES.includes(recall('kaucim.ui')) ? recall('kaucim.ui') : preferred());
if (api.held()) signIn(api.held(), true);
else byId('key').focus();
