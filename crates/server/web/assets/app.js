// Starts the page and joins its parts: the address, the state, the stream and the views.

import * as api from './api.js';
import { byId, calm, mark, translate } from './dom.js';
import { drawLot } from './draw.js';
import { follow } from './follow.js';
import { finished, initial, reduce } from './reducer.js';
import { watchShaking } from './shake.js';
import { language, LANGUAGES, preferred, setLanguage, tag } from './text.js';
import { askView } from './view-ask.js';
import { readingView } from './view-reading.js';

const SHAKE_MS = 1500;
const RISE_MS = 750;
const SENT = 'kaucim.sent';
const REPEAT_MS = 600000; // an older question is not asked again unseen

let state = initial();
let scene = 'ask'; // ask | rite | reading
let stop = () => {};
let drawing = false;
let cancelUrl = '';
let sent = null; // {body, key, at, draw?} of a question whose answer never came; outlives a reload
let elsewhere = ''; // a reading of this guest that another page began

const form = askView(ask);
const reading = readingView(byId('reading'), { onCancel: cancel, onAgain: again });

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
  if (next !== 'reading') document.title = 'Kaucim 求籤';
  document.body.dataset.scene = next;
  scrollTo(0, 0);
  draw();
}

async function ask(body) {
  stop();
  reading.begin(false);
  dispatch({ type: 'asked', question: body.question, language: body.language });
  form.busy(true);
  try {
    const question = questionFor(body);
    if (body.fortune_number === undefined && !question.draw) await shake(question, body);
    if (state.phase !== 'asking') { // gone elsewhere before the stick had fallen: nothing is asked
      hold(null);
      return form.busy(false);
    }
    const draw = question.draw || {};
    const answer = await api.ask({ ...body, ...(draw.drawId && { draw_id: draw.drawId }) }, question.key);
    const wanted = state.phase === 'asking'; // another reading may have been opened meanwhile
    if (wanted) history.pushState(null, '', address(answer.task_id));
    if (draw.proof) keep(proofName(answer.task_id), JSON.stringify(draw.proof), 'sessionStorage');
    hold(null);
    if (!wanted) return form.busy(false);
    await accept(answer);
    if (scene === 'rite') {
      byId('rite').dataset.risen = '';
      await pause(RISE_MS);
    }
    if (addressed() !== answer.task_id) return undefined; // gone elsewhere, by the address
    if (scene !== 'reading') {
      show('reading');
      reading.focus();
    }
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) hold(null);
    if (state.phase !== 'asking') return form.busy(false);
    dispatch({ type: 'forgotten' });
    show('ask');
    form.busy(false);
    form.refuse(problem);
  }
  return form.busy(false);
}

/** Draws while the cylinder is shaken, and keeps the draw with its question, so that a reload asks with the same. */
async function shake(question, body) {
  const watched = watchShaking();
  if (!calm()) startRite();
  const over = calm() ? Promise.resolve() : pause(SHAKE_MS);
  try {
    const drawn = await drawLot(body, { over, nonce: () => watched.nonce() });
    question.draw = drawn || {};
    if (sent === question) hold(question);
    if (!drawn) await over;
  } finally {
    watched.stop();
  }
}

/** Sends once more, under its key, what a reload cut off: the server answers with the same reading. */
async function repeat(offered) {
  const body = JSON.parse(sent.body);
  await Promise.race([offered, pause(1000)]);
  if (addressed() || state.phase !== 'idle') return;
  form.prepare({ text: body.question, lot: { ...body, number: body.fortune_number ?? '' } });
  byId('language').value = body.language || '';
  ask(body);
}

/** The same question keeps its key and its draw until an answer came, so that a lost answer asks nothing twice. */
function questionFor(body) {
  const text = JSON.stringify(body);
  if (sent?.body !== text) hold({ body: text, key: newKey(), at: Date.now() });
  return sent;
}

function hold(question) {
  sent = question;
  keep(SENT, question ? JSON.stringify(question) : '', 'sessionStorage');
}

function held() {
  try {
    const question = JSON.parse(recall(SENT, 'sessionStorage'));
    return Date.now() - question.at < REPEAT_MS && JSON.parse(question.body) ? question : null;
  } catch {
    return null; // nothing was held, or nothing that can be read
  }
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain HTTP on a local network has no randomUUID.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
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
    onEvent: dispatch,
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
  dispatch({ type: 'forgotten', task_id: id });
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
  try {
    return JSON.parse(recall(proofName(id), 'sessionStorage'));
  } catch {
    return null;
  }
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

function again(sameLot) {
  const { question, lot } = state;
  leave();
  form.prepare(sameLot ? { text: question, lot } : {});
  byId('question').focus();
}

function leave() {
  stop();
  dispatch({ type: 'forgotten' });
  history.pushState(null, '', '#/');
  show('ask');
}

function route() {
  const id = addressed();
  if (state.taskId) form.busy(false);
  if (!id) return show('ask');
  return id === state.taskId ? show('reading') : open(id);
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

function startRite() {
  const place = byId('rite-cylinder');
  const cylinder = document.querySelector('#draw .cylinder').cloneNode(true);
  cylinder.classList.remove('rattle');
  place.replaceChildren(cylinder);
  delete byId('rite').dataset.risen;
  show('rite');
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
  document.documentElement.dataset.spoken = '';
  draw();
}

function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function pause(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

function keep(name, value, where = 'localStorage') {
  try {
    window[where].setItem(name, value);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

function recall(name, where = 'localStorage') {
  try {
    return window[where].getItem(name);
  } catch {
    return null;
  }
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
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && scene === 'reading' && !event.defaultPrevented) reading.escape();
});
addEventListener('hashchange', () => {
  route();
  lookAround();
});
document.addEventListener('visibilitychange', lookAround);

dress(recall('kaucim.theme'));
const returning = api.remembered();
sent = held();
api.ensureSession().catch(() => {}); // asked for again when it is needed
await speak(LANGUAGES.includes(recall('kaucim.ui')) ? recall('kaucim.ui') : preferred());
const offered = offer();
route();
if (sent && !addressed()) repeat(offered);
else lookAround();
