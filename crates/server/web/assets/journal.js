// The journal: what this visitor has asked, to be searched, marked, taken away or erased.

import * as api from './api.js';
import { h, mark, say } from './dom.js';
import { forgetFavourite, isFavourite, toggleFavourite } from './favourites.js';
import { forgetAll } from './keep.js';
import { guess, language, pick, t, tag } from './text.js';

const ENDED = ['completed', 'failed', 'cancelled'];

/** Builds the journal inside `root`. `onGone` is told when the whole visit was erased. */
export function journalView(root, { onGone }) {
  const find = h('input', { type: 'search', autocomplete: 'off', oninput: () => list() });
  const only = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => {
    mark(only, 'aria-pressed', String(only.getAttribute('aria-pressed') !== 'true'));
    list();
  } }, '♥');
  const title = h('h1', { tabindex: '-1' });
  const entries = h('ul', { class: 'entries' });
  const note = h('p', { class: 'quiet', role: 'status' });
  const take = h('button', { type: 'button', class: 'plain', 'data-testid': 'export', onclick: takeAway });
  const erase = h('button', { type: 'button', class: 'plain', 'data-testid': 'erase-all', onclick: eraseAll });
  const more = h('button', { type: 'button', class: 'plain', onclick: () => load(next) });
  let tasks = [];
  let names = new Map();
  let next = '';
  let problem = false;
  let loaded = false;
  root.replaceChildren(title, h('div', { class: 'journal-find' }, find, only), entries, note, h('p', { class: 'journal-do' }, more, take, erase));

  async function load(cursor = '') {
    problem = false;
    try {
      const [page, deities] = await Promise.all([api.history(cursor), names.size ? [] : api.deities()]);
      for (const deity of deities) names.set(deity.id, deity.name);
      tasks = cursor ? [...tasks, ...page.tasks] : page.tasks;
      next = page.next || '';
    } catch {
      problem = true;
    }
    loaded = true;
    list();
  }

  function list() {
    const words = find.value.trim().toLowerCase();
    const wanted = only.getAttribute('aria-pressed') === 'true';
    const found = tasks.filter((task) => (!wanted || isFavourite(task.task_id)) && (!words || searched(task).includes(words)));
    entries.replaceChildren(...inPairs(found).map(entry));
    say(note, problem ? t('journal_away') : !loaded ? t('loading') : !tasks.length ? t('journal_empty') : !found.length ? t('journal_none') : '');
    more.hidden = !next;
    take.hidden = !tasks.length;
    erase.hidden = !tasks.length;
  }

  /** A question that follows a reading stands below it, where both are found. */
  function inPairs(found) {
    // The newest of those that follow the same one: the others came to nothing.
    const followed = new Map(found.filter((task) => task.follows).reverse().map((task) => [task.follows, task]));
    const below = (task) => task.follows && found.some((one) => one.task_id === task.follows);
    const pair = (task) => [task, followed.get(task.task_id)].filter(Boolean);
    const shown = new Set(found.filter((task) => !below(task)).flatMap(pair));
    return [...shown, ...found.filter((task) => !shown.has(task))];
  }

  function searched(task) {
    return `${task.question} ${nameOf(task)} ${task.fortune_number} ${new Date(task.created_at).toLocaleDateString(tag(language()))}`.toLowerCase();
  }

  function nameOf(task) {
    return pick(names.get(task.deity_id)).text || task.deity_id;
  }

  function entry(task, place, all) {
    const when = new Date(task.created_at).toLocaleString(tag(language()), { dateStyle: 'medium', timeStyle: 'short' });
    const status = task.status === 'completed' ? '' : t(ENDED.includes(task.status) ? `journal_${task.status}` : 'journal_running');
    const heart = h('button', { type: 'button', 'aria-label': t('favourite'), 'aria-pressed': String(isFavourite(task.task_id)), onclick: () => {
      mark(heart, 'aria-pressed', String(toggleFavourite(task.task_id)));
      say(heart, isFavourite(task.task_id) ? '♥' : '♡');
    } }, isFavourite(task.task_id) ? '♥' : '♡');
    const gone = h('button', { type: 'button', 'aria-label': t('erase_one'), title: t('erase_one'), onclick: () => eraseOne(task, gone) }, '×');
    return h(
      'li',
      { class: 'entry', 'data-testid': 'entry', 'data-below': task.follows && all[place - 1]?.task_id === task.follows },
      h('b', { 'aria-hidden': 'true' }, String(task.fortune_number)),
      h('a', { href: `#/r/${encodeURIComponent(task.task_id)}`, lang: guess(task.question), dir: 'auto' }, task.question),
      h('small', {}, [task.follows && t('journal_more'), t('lot_of', { deity: nameOf(task), n: task.fortune_number }), when, status].filter(Boolean).join(' · ')),
      h('span', { class: 'entry-do' }, heart, ENDED.includes(task.status) ? gone : ''),
    );
  }

  async function eraseOne(task, button) {
    if (!confirmed(button)) return;
    try {
      await api.erase(task.task_id);
    } catch (refusal) {
      if (refusal.status !== 404) return say(note, t(refusal.code === 'task_running' ? 'erase_running' : 'erase_failed'));
    }
    forgetFavourite(task.task_id);
    // What follows a reading goes with it.
    for (const { task_id: id } of tasks.filter((one) => one.follows === task.task_id)) forgetFavourite(id);
    tasks = tasks.filter((one) => one !== task && one.follows !== task.task_id);
    return list();
  }

  async function eraseAll() {
    if (!confirmed(erase)) return;
    try {
      await api.endSession();
      forgetAll('kaucim.');
      onGone();
    } catch {
      say(note, t('erase_failed'));
    }
  }

  /** A first press only asks; a second one means it. */
  function confirmed(button) {
    if (button.dataset.sure !== undefined) return true;
    const words = button.textContent;
    button.dataset.sure = '';
    say(button, t('sure'));
    setTimeout(() => {
      delete button.dataset.sure;
      say(button, words);
    }, 4000);
    return false;
  }

  /** Everything as a file: as the server tells it, or reading by reading where it cannot. */
  async function takeAway() {
    say(note, t('loading'));
    const all = await api.everything().catch(() => oneByOne());
    say(note, '');
    const address = URL.createObjectURL(new Blob([JSON.stringify(all, null, 1)], { type: 'application/json' }));
    h('a', { href: address, download: 'kaucim-journal.json' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  async function oneByOne() {
    const readings = [];
    for (const task of tasks) readings.push(await api.task(task.task_id).catch(() => task));
    return { readings };
  }

  return {
    load,
    translate() {
      say(title, t('journal'));
      mark(find, 'placeholder', t('journal_find'));
      mark(find, 'aria-label', t('journal_find'));
      mark(only, 'aria-label', t('favourites_only'));
      say(take, t('export'));
      say(erase, t('erase_all'));
      say(more, t('more'));
      list();
    },
    focus: () => title.focus({ preventScroll: true }),
  };
}
