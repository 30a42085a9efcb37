// Starts the page and joins its parts: the address, the state, the stream and the views.

import * as api from './api.js';
import { byId, EMBEDDED, mark, translate } from './dom.js';
import { follow } from './kaucim/follow.js';
import { keep, pause, recall, recallJson } from './keep.js';
import { finished, initial, reduce } from './kaucim/reducer.js';
import { Left, riteView } from './rite.js';
import { ritual } from './ritual.js';
import { held, hold, questionFor } from './sent.js';
import { keepStanding, standing } from './standing.js';
import { language, LANGUAGES, preferred, setLanguage, tag } from './text.js';
import { askView } from './view-ask.js';
import { readingView } from './view-reading.js';

let state = initial();
let scene = 'ask'; // ask | rite | reading | journal
let journal = null; // made when it is first opened
let stop = () => {};
let drawing = false;
let cancelUrl = '';
let crossing = null; // the question whether the visit of another device is gone on with here
let elsewhere = ''; // a reading of this guest that another page began

const PLACE = 'kaucim.place'; // in a frame, which a reload opens anew
const frame = EMBEDDED ? await import('./embedded.js') : null;

const form = askView(ask);
const rite = riteView(() => show('rite'));
const reading = readingView(byId('reading'), { onCancel: cancel, onAgain: again, onMore: askMore });

function dispatch(event) {
  state = reduce(state, event);
  if (drawing) return;
  drawing = true;
  // Hidden pages get no frames, but must keep up all the same.
  if (document.hidden) setTimeout(draw);
  else requestAnimationFrame(draw);
}

function draw() {
  drawing = false;
  reading.render(state);
  keepStanding(state);
  if (finished(state) && state.taskId === elsewhere) elsewhere = '';
  const running = (!finished(state) && state.taskId) || elsewhere;
  byId('running').hidden = scene !== 'ask' || !running;
  byId('running').firstElementChild.href = address(running);
}

function show(next) {
  scene = next;
  byId('ask').hidden = next !== 'ask';
  byId('rite').hidden = next !== 'rite';
  byId('reading').hidden = next !== 'reading';
  byId('journal').hidden = next !== 'journal';
  if (next !== 'reading') document.title = 'Kaucim 求籤';
  document.body.dataset.scene = next;
  scrollTo(0, 0);
  if (EMBEDDED) keep(PLACE, location.hash, 'sessionStorage');
  frame?.atTop();
  draw();
}

async function ask(body) {
  stop();
  reading.begin(false);
  dispatch({ type: 'asked', question: body.question, language: body.language });
  form.busy(true);
  try {
    const question = questionFor(body);
    if (body.fortune_number === undefined) await ritual(rite, question, body, form.rule(body));
    if (state.phase !== 'asking') throw new Left(); // gone elsewhere before the stick had fallen
    const draw = question.draw || {};
    const answer = await api.ask({ ...body, ...(draw.drawId && { draw_id: draw.drawId }) }, question.key);
    const wanted = state.phase === 'asking'; // another reading may have been opened meanwhile
    if (wanted) goTo(address(answer.task_id));
    if (draw.proof) keep(proofName(answer.task_id), JSON.stringify(draw.proof), 'sessionStorage');
    hold(null);
    if (!wanted) return form.busy(false);
    await accept(answer);
    if (scene === 'rite' && !draw.number) {
      await rite.name(answer.lot.number).catch(() => {}); // gone elsewhere: the address tells
    }
    if (addressed() !== answer.task_id) return undefined; // gone elsewhere, by the address
    if (scene !== 'reading') {
      show('reading');
      reading.focus();
    }
  } catch (problem) {
    refused(problem);
  }
  return form.busy(false);
}

/** Asks one more question on the lot of this reading, and goes to its reading once it is accepted. */
async function askMore(question, key) {
  const first = state;
  const answer = await api.followUp(first.taskId, { question }, key);
  if (addressed() !== first.taskId) return; // gone elsewhere meanwhile: the first reading leads there
  stop();
  goTo(address(answer.task_id));
  reading.begin(false);
  dispatch({ type: 'asked', question, language: first.language, follows: first.taskId });
  accept(answer);
  show('reading');
  reading.focus();
}

/** Back to the question, with a word why, unless the asker has gone somewhere else by now. */
function refused(problem) {
  if (problem instanceof Left || (problem.status >= 400 && problem.status < 500)) hold(null);
  if (state.phase !== 'asking') return;
  dispatch({ type: 'forgotten' });
  show('ask');
  form.busy(false);
  if (problem instanceof Left) byId('question').focus();
  else form.refuse(problem);
}

/** Sends once more, under its key, what a reload cut off: the server answers with the same reading. */
async function repeat(offered) {
  const body = JSON.parse(held().body);
  await Promise.race([offered, pause(1000)]);
  if (addressed() || state.phase !== 'idle') return;
  form.prepare({ text: body.question, lot: { ...body, number: body.fortune_number ?? '' } });
  byId('language').value = body.language || '';
  ask(body);
}

/** Follows the accepted question; waits a moment for the reading's language, which its titles need. */
function accept(answer) {
  const id = answer.task_id;
  cancelUrl = answer.cancel_url;
  dispatch({ type: 'accepted', task_id: id, lot: answer.lot, proof: proofOf(id) });
  watch(id, answer.stream_url);
  if (state.language) return undefined;
  const told = api.task(id).then((task) => state.taskId === id && dispatch({ type: 'document', task }), () => {});
  return Promise.race([told, pause(500)]);
}

function watch(id, streamUrl) {
  stop();
  stop = follow(api.streamUrl(id, streamUrl), {
    onEvent: (event) => {
      dispatch(event);
      // What was watched to its end is asked for once, so that the worker has it for times without a network.
      if (finished(state) && navigator.serviceWorker?.controller) api.task(id).catch(() => {});
    },
    onLink: (link) => state.link !== link && dispatch({ type: 'link', state: link }),
    check: () => stillRunning(id),
  });
}

/** Asked when the browser gave up on the stream. A lost connection throws and is tried again. */
async function stillRunning(id) {
  try {
    dispatch({ type: 'document', task: await api.task(id) });
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    dispatch({ type: 'error', code: 'task_not_found', retry_allowed: false });
  }
  return !finished(state);
}

/** Opens a reading by its address: what stands is shown, what is being written is followed. */
async function open(id) {
  stop();
  let wanted = true;
  stop = () => { wanted = false; };
  cancelUrl = '';
  reading.begin(true);
  dispatch({ type: 'forgotten', task_id: id, standing: standing(id) });
  show('reading');
  for (let wait = 1000; wanted; wait = Math.min(wait * 2, 15000)) {
    try {
      const task = await api.task(id);
      if (!wanted) return;
      dispatch({ type: 'document', task });
      dispatch({ type: 'proven', proof: proofOf(id) });
      dispatch({ type: 'link', state: 'open' });
      if (finished(state)) stop();
      else watch(id);
      return;
    } catch (problem) {
      if (!wanted) return;
      if (problem.status && problem.status < 500 && problem.status !== 429) {
        leave();
        form.refuse({ status: problem.status, code: problem.code in { unauthenticated: 1 } ? problem.code : 'task_not_found' });
        return;
      }
      dispatch({ type: 'link', state: 'lost' });
      await pause(wait);
    }
  }
}

function proofName(id) {
  return `kaucim.draw.${id}`;
}

/** What proves the draw of a reading, where this tab has drawn it. */
function proofOf(id) {
  return recallJson(proofName(id), null, 'sessionStorage');
}

async function cancel() {
  if (finished(state) || state.cancelling) return;
  const id = state.taskId;
  dispatch({ type: 'cancelling', on: true });
  try {
    await api.cancel(id, cancelUrl);
    // The stream tells the end; where it is away, the document does.
    if (state.link === 'lost') await stillRunning(id);
  } catch {
    dispatch({ type: 'cancelling', on: false });
  }
}

async function again(sameLot) {
  const { question, lot, follows } = state;
  if (sameLot && follows) {
    // It is asked once more where it was asked: below the reading that it follows.
    const { draft } = await import('./more.js');
    draft(follows, question);
    location.hash = address(follows);
    return;
  }
  leave();
  form.prepare(sameLot ? { text: question, lot } : {});
  byId('question').focus();
}

function leave() {
  stop();
  dispatch({ type: 'forgotten' });
  goTo('#/');
  show('ask');
}

/** In a frame, going back is the business of the page around it. */
function goTo(place) {
  if (EMBEDDED) history.replaceState(null, '', place);
  else history.pushState(null, '', place);
}

function route() {
  const id = addressed();
  if (state.taskId) form.busy(false);
  if (scene === 'rite') rite.leave();
  if (location.hash === '#/journal') return openJournal();
  if (!id) return show('ask');
  return id === state.taskId ? show('reading') : open(id);
}

/** The visit that the address leads to, if any. It leaves the address at once, which is no place for a secret. */
function handedOver(before) {
  const [, token, id] = /^#handoff=([^&]+)(?:&r=([\w-]+))?$/.exec(location.hash) || [];
  if (token) history.replaceState(null, '', before);
  return token && { token, place: id ? address(id) : '#/journal' };
}

/** Goes on with the visit of another device, if its visitor says so; says whether that was done. */
async function takeOver({ token, place }) {
  const { handoffView } = await import('./handoff.js');
  crossing = handoffView(token, () => stop()); // nothing asks for the visit before any more
  try {
    const answer = await crossing.ask();
    if (answer === 'taken') {
      hold(null); // it was on its way in the visit before
      history.replaceState(null, '', place);
    }
    if (answer === 'look') location.hash = '#/journal';
    return answer === 'taken';
  } catch (problem) {
    if (scene !== 'ask') leave();
    form.refuse({ status: problem.status, code: problem.status ? 'handoff' : 'offline' });
    return false;
  } finally {
    crossing = null;
  }
}

async function openJournal() {
  show('journal');
  const { journalView } = await import('./journal.js');
  journal ||= journalView(byId('journal'), { onGone: () => location.replace('/') });
  journal.translate();
  journal.focus();
  await journal.load();
}

function address(id) {
  return `#/r/${encodeURIComponent(id)}`;
}

/** The reading that the address names, or nothing. */
function addressed() {
  const id = /^#\/r\/([^/]+)$/.exec(location.hash)?.[1];
  return id && decodeURIComponent(id);
}

/** A reading begun on another page can be gone to from the form. */
async function lookAround() {
  if (!returning || scene !== 'ask' || document.hidden) return;
  elsewhere = await api.running().catch(() => '');
  draw();
}

async function offer() {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      const list = await api.deities();
      form.asked();
      form.offer(list);
      return;
    } catch (problem) {
      if (scene === 'ask') form.refuse({ status: problem.status, code: problem.code });
      await pause(wait);
      form.prepare({ text: byId('question').value });
    }
  }
}

async function speak(code) {
  await setLanguage(code);
  document.documentElement.lang = tag(language());
  for (const button of byId('languages').children) mark(button, 'aria-pressed', String(button.dataset.ui === language()));
  translate();
  form.translate();
  rite.translate();
  journal?.translate();
  crossing?.translate();
  document.documentElement.dataset.spoken = '';
  draw();
}

function dress(theme) {
  mark(document.documentElement, 'data-theme', theme || null);
}

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
byId('rite-back').addEventListener('click', () => rite.leave());
document.querySelector('.brand').addEventListener('click', () => scene === 'rite' && rite.leave());
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  if (scene === 'reading') reading.escape();
  if (scene === 'rite') rite.leave();
});
addEventListener('hashchange', (event) => {
  const linked = handedOver(new URL(event.oldURL).hash || '#/');
  // All that is on the page belongs to the visit before.
  if (linked) return takeOver(linked).then((taken) => taken && location.reload());
  route();
  return lookAround();
});
document.addEventListener('visibilitychange', lookAround);

const kioskWish = new URLSearchParams(location.search).get('kiosk');
if (EMBEDDED && !location.hash) history.replaceState(null, '', recall(PLACE, 'sessionStorage') || '#/');
dress(recall('kaucim.theme'));
const linked = handedOver('#/');
if (!linked) api.ensureSession().catch(() => {}); // asked for again when it is needed
let returning = api.remembered();
await speak(LANGUAGES.includes(recall('kaucim.ui')) ? recall('kaucim.ui') : frame?.languageOf(frame.wishes().lang) || preferred());
const offered = offer();
if (linked) returning = await takeOver(linked) || api.remembered();
if (frame) frame.embedded({ speak, dress, prefer: form.prefer });
else if (kioskWish !== null) import('./kiosk.js').then(({ kiosk }) => kiosk(kioskWish, () => Boolean(state.taskId) && !finished(state)));
else navigator.serviceWorker?.register('/sw.js').catch(() => {}); // then the page only works with a network
route();
if (held() && !addressed()) repeat(offered);
else lookAround();
