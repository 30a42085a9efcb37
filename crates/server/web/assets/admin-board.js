// The board of the operator's view: what is going on, drawn from what the server tells.

import { h, mark, say } from './dom.js';
import { bytes, coded, duration, moment, number, percent } from './admin-format.js';
import { bars, card, gauge, line } from './admin-plot.js';
import { table, twice } from './admin-rows.js';
import { t } from './text.js';

/** Builds the board. `acts` are what its buttons do: `live`, `refresh`, `signOut`, `cancel(id)`, `older()`. */
export function boardView(acts) {
  const state = h('p', { class: 'state', 'data-testid': 'state' }, h('i', { 'aria-hidden': 'true' }), h('span'));
  const looks = h('ul', { class: 'looks', 'data-testid': 'looks' });
  const problem = h('p', { class: 'problem', 'data-testid': 'away', hidden: true });
  const live = h('button', { type: 'button', class: 'plain', 'data-testid': 'live', onclick: acts.live }, t('live'));
  const age = h('p', { class: 'age', 'data-live': '' });
  const cards = {
    running: card('running', line((hour) => hour.running)),
    queued: card('queued', line((hour) => hour.queued)),
    readers: card('readers', line((hour) => hour.readers)),
    first_token: card('first_token', line((hour) => hour.first_token_ms, duration)),
    pieces: card('pieces', line((hour) => hour.pieces_per_second, (value) => number(value, 1))),
    ended: card('ended', bars((hour) => hour.completed, (hour) => hour.failed)),
  };
  const unfinished = table('unfinished', unfinishedColumns(acts), t('unfinished_none'));
  const models = table('models', MODELS, t('models_none'));
  const failed = table('failed', FAILED, t('failed_none'));
  const reports = table('reports', REPORTS, t('reports_none'));
  const reported = part('reports', reports.element);
  reported.hidden = true;
  const audit = table('audit', AUDIT, t('audit_none'));
  const older = h('button', { type: 'button', class: 'plain', 'data-testid': 'older', hidden: true, onclick: acts.older }, t('older'));
  const reasons = { failures: list('failures'), checks: list('checks'), resets: list('resets'), changes: list('changes'), refusals: list('refusals') };
  const budgets = h('div', { class: 'budgets' });
  const house = h('dl', { class: 'house', 'data-testid': 'house' });
  const element = h(
    'div',
    { class: 'board-all' },
    h('div', { class: 'head' }, h('h1', { tabindex: '-1' }, t('title')), h('div', { class: 'do' }, live, h('button', { type: 'button', class: 'plain', 'data-testid': 'refresh', onclick: acts.refresh }, t('refresh')), h('button', { type: 'button', class: 'plain', 'data-testid': 'sign-out', onclick: acts.signOut }, t('sign_out')))),
    problem,
    h('div', { class: 'now' }, state, age),
    looks,
    part('now', h('div', { class: 'cards' }, ...Object.values(cards).map((one) => one.element))),
    part('unfinished', unfinished.element),
    part('models', models.element),
    part('wrong', h('div', { class: 'reasons' }, ...Object.values(reasons).map((one) => one.element)), h('h3', {}, t('failed')), failed.element),
    h('div', { class: 'two' }, part('budgets', budgets), part('house', house)),
    reported,
    part('audit', audit.element, h('p', { class: 'more' }, older)),
  );
  return {
    element,
    focus: () => element.querySelector('h1').focus(),
    /** Everything that is known; what is not known yet is left as it is. */
    show({ overview, hour, tasks, reports: told, acts: recorded, more }) {
      if (overview) {
        showNow(cards, overview, hour);
        showState(state, looks, attention(overview));
        models.show(overview.readings.models, (model) => model.model);
        showReasons(reasons, overview);
        budgets.replaceChildren(...budgetRows(overview.readings.spent_today));
        house.replaceChildren(...houseRows(overview));
        say(age, t('as_of', { time: moment(overview.readings.at) }));
      }
      if (tasks) {
        unfinished.show([...tasks.running, ...tasks.queued], (task) => task.task_id);
        failed.show(tasks.failed.slice(0, 10), (task) => task.task_id);
      }
      reported.hidden = !told;
      if (told) reports.show(told, (report) => report.id);
      if (recorded) audit.show(recorded, (entry) => entry.id);
      older.hidden = !more;
    },
    /** Says that the server is away, or that it is there again (`''`). */
    away(words) {
      problem.hidden = !words;
      say(problem, words);
      mark(element, 'data-stale', words ? '' : null);
    },
    live(on) {
      mark(age, 'data-live', on ? '' : null);
      say(live, t(on ? 'live' : 'paused'));
    },
  };
}

function part(id, ...inside) {
  return h('section', { 'aria-labelledby': `part-${id}` }, h('h2', { id: `part-${id}` }, t(`part_${id}`)), ...inside);
}

const who = ({ asker }) => (asker.kind === 'account' ? asker.name : t(asker.kind));
/** The end of an id is what differs; all of it is there to be copied. */
const named = ({ task_id: id }) => h('code', { title: id, lang: 'en' }, id.slice(-12));

function unfinishedColumns(acts) {
  return [
    { id: 'task', node: named },
    { id: 'who', text: who },
    { id: 'state', text: (task) => t(`phase_${task.status === 'queued' ? 'queued' : task.phase || task.status}`) || task.status, state: (task) => (task.status === 'queued' ? 'queued' : 'running') },
    { id: 'sections', text: (task) => t('of', { n: task.sections, of: 7 }) },
    { id: 'since', text: (task) => duration(task.waited_ms) },
    { id: 'attempts', text: (task) => number(task.attempts), look: 'minor' },
    { id: 'calls', text: (task) => number(task.calls), look: 'minor' },
    { id: '', node: (task) => twice(t('cancel'), 'cancel', () => acts.cancel(task.task_id)), look: 'act' },
  ];
}

const MODELS = [
  { id: 'model', node: (model) => h('code', { lang: 'en' }, model.model), look: 'wide' },
  { id: 'state', text: (model) => t(`model_${model.state}`), state: (model) => model.state },
  { id: 'first_words', text: (model) => latency(model.first_token), look: 'slim' },
  { id: 'whole', text: (model) => latency(model.whole), look: 'slim minor' },
  { id: 'pace', text: (model) => (model.tokens_per_second === undefined ? t('none') : number(model.tokens_per_second, 1)) },
  { id: 'calls', text: (model) => number(model.calls) },
  { id: 'failed_calls', text: (model) => number(total(model.failures)) },
  { id: 'last_failure', text: (model) => (model.last_failure ? `${why(model.last_failure)} · ${moment(model.last_failure.at)}` : t('none')), look: 'wide' },
];

const FAILED = [
  { id: 'task', node: named },
  { id: 'who', text: who },
  { id: 'reason', text: (task) => coded('failure', task.code) },
  { id: 'attempts', text: (task) => number(task.attempts), look: 'minor' },
  { id: 'when', text: (task) => moment(task.at) },
];

/** A word why was written for the operator. The reading itself is not shown here, whoever may have it. */
const REPORTS = [
  { id: 'task', node: named },
  { id: 'lot', text: (report) => `${report.deity_id} ${number(report.fortune_number)}` },
  { id: 'writer', text: (report) => (report.model ? `${report.model.provider}:${report.model.name}` : t('none')), look: 'minor' },
  { id: 'when', text: (report) => moment(report.reported_at) },
  { id: 'word', text: (report) => report.reason || t('none'), look: 'wide' },
];

const AUDIT = [
  { id: 'when', text: (entry) => moment(entry.at) },
  { id: 'act', text: (entry) => coded('act', entry.act) },
  { id: 'object', node: (entry) => h('code', { lang: 'en' }, entry.object), look: 'wide' },
  { id: 'actor', node: (entry) => h('code', { lang: 'en' }, entry.actor) },
];

function latency(value) {
  return value ? t('latency', { median: duration(value.median_ms), p95: duration(value.p95_ms) }) : t('none');
}

export function why(failure) {
  return coded('call', failure.kind) + (failure.status ? ` (${failure.status})` : '');
}

function showNow(cards, { readings, readers, connections }, hour) {
  const longest = readings.longest_wait_ms === undefined ? '' : t('queued_note', { time: duration(readings.longest_wait_ms) });
  cards.running.show(number(readings.running), t('running_note', { n: number(readings.workers) }), hour);
  cards.queued.show(number(readings.queued), longest || t('queued_none'), hour);
  cards.readers.show(number(readers), t('readers_note', { n: number(connections) }), hour);
  const last = hour?.first_token_ms.filter((value) => value !== null).at(-1);
  cards.first_token.show(duration(last), t('first_token_note'), hour);
  cards.pieces.show(hour?.pieces_per_second.length ? number(hour.pieces_per_second.at(-1), 1) : t('none'), t('pieces_note'), hour);
  const { completed = 0, failed = 0 } = readings.since_start.ended;
  cards.ended.show(number(completed), t('ended_since', { n: number(failed) }), hour);
}

/** What an operator should look at, in words; nothing where all is well. */
function attention({ draining, readings, connections, most_connections: most }) {
  const { models, lately, spent_today: spent, storage, longest_wait_ms: wait } = readings;
  const failures = total(lately.failures);
  return [
    draining && t('look_draining'),
    ...models.filter((model) => model.state === 'failing').map((model) => t('look_model', { model: model.model, why: why(model.last_failure) })),
    wait > 60000 && t('look_wait', { time: duration(wait) }),
    failures * 20 >= lately.tasks && failures > 0 && t('look_failures', { n: number(failures), of: number(lately.tasks) }),
    ...spent.flatMap((one) => ['readings', 'tokens'].filter((unit) => share(one, unit) >= 0.9).map((unit) => t('look_budget', { whose: t(`whose_${one.whose}`), unit: t(unit), share: percent(share(one, unit)) }))),
    storage.free_bytes < 1e9 && t('look_disk', { size: bytes(storage.free_bytes) }),
    connections > 0.9 * most && t('look_connections', { n: number(connections), of: number(most) }),
  ].filter(Boolean);
}

function showState(state, looks, items) {
  state.dataset.state = items.length ? 'look' : 'well';
  say(state.lastChild, items.length ? t('state_look') : t('state_well'));
  if (looks.textContent !== items.join('')) looks.replaceChildren(...items.map((item) => h('li', {}, item)));
}

function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** A list of counts by code, the most first, each with a bar. */
function list(id) {
  const rows = h('ul');
  const since = h('p', { class: 'note' });
  const element = h('article', { class: 'reason', 'data-testid': `reason-${id}` }, h('h3', {}, t(id)), since, rows);
  return {
    element,
    show(counts, kind, words) {
      const entries = Object.entries(counts).sort(([, a], [, b]) => b - a).slice(0, 8);
      const most = entries[0]?.[1] || 1;
      say(since, words);
      const told = JSON.stringify(entries);
      if (rows.dataset.told === told) return;
      rows.dataset.told = told;
      rows.replaceChildren(...(entries.length
        ? entries.map(([code, count]) => h('li', { 'data-code': code }, kind ? h('span', {}, coded(kind, code)) : h('code', { lang: 'en' }, code), h('b', {}, number(count)), gauge(count / most)))
        : [h('li', { class: 'quiet' }, t('reason_none'))]));
    },
  };
}

function showReasons(reasons, { problems, readings: { lately, since_start: since } }) {
  const start = t('since_start');
  reasons.failures.show(lately.failures, 'failure', t('last_readings', { n: number(lately.tasks) }));
  reasons.checks.show(since.failed_checks, 'check', start);
  reasons.resets.show(since.resets, 'reset', start);
  reasons.changes.show({ ...since.fallbacks, ...since.repairs }, 'notice', start);
  reasons.refusals.show(problems, '', start); // codes of the API, as its documents have them
}

function share(spent, unit) {
  return spent[`most_${unit}`] ? spent[unit] / spent[`most_${unit}`] : 0;
}

function budgetRows(spent) {
  return spent.map((one) => h('div', { class: 'budget' }, h('h3', {}, t(`whose_${one.whose}`)), ...['readings', 'tokens'].map((unit) => {
    const most = one[`most_${unit}`];
    const words = most === undefined
      ? t('spent_free', { n: number(one[unit]), unit: t(unit) })
      : t('spent_of', { n: number(one[unit]), of: number(most), unit: t(unit) });
    return h('div', {}, h('p', {}, words), most === undefined ? '' : gauge(share(one, unit), share(one, unit) >= 0.9));
  })));
}

function houseRows({ version, connections, most_connections: most, readings }) {
  const { storage, tasks, up_seconds: up, started_at: started } = readings;
  return [
    ['version', version],
    ['up', `${duration(up * 1000)} · ${t('up_since', { time: moment(started) })}`],
    ['kept', number(total(tasks))],
    ['database', `${bytes(storage.database_bytes)} + ${bytes(storage.log_bytes)} (${t('log')})`],
    ['free', bytes(storage.free_bytes)],
    ['connections', t('of', { n: number(connections), of: number(most) })],
  ].flatMap(([id, words]) => [h('dt', {}, t(id)), h('dd', {}, words)]);
}
