// The client against a running server, on a network that breaks. Run by the `javascript` test with KAUCIM_SERVER and
// KAUCIM_KEY.

import assert from 'node:assert/strict';

import { Kaucim, Problem, SECTIONS, finished, initial, reduce, sealedCount } from './index.js';

const { KAUCIM_SERVER: url, KAUCIM_KEY: key } = process.env;
const kaucim = new Kaucim({ url, key });
const deity = 'yue_lao';

/** A network whose streams break after so many pieces, `times` times. */
function breaking(pieces, times) {
  const seen = [];
  const how = async (address, options) => {
    const answer = await fetch(address, options);
    if (!String(address).includes('/stream/')) return answer;
    seen.push(new URL(address).searchParams);
    if (seen.length > times) return answer;
    const reader = answer.body.getReader();
    let left = pieces;
    const body = new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else if (left === 0) controller.error(new TypeError('terminated'));
        else controller.enqueue(value);
        left -= 1;
      },
      cancel: () => reader.cancel(),
    });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
  return { how, seen };
}

async function drawsAndReads() {
  const names = (await kaucim.deities()).map(({ id }) => id);
  assert.ok(names.includes(deity));
  const question = `Shall I plant ${Math.random()} trees?`;
  const drawn = await kaucim.draw(deity, { question, nonce: 'shaken' });
  assert.equal(drawn.fair, true);
  assert.equal(drawn.proof.nonce, 'shaken');
  assert.equal(drawn.lot.number, drawn.number);
  const asked = { deity_id: deity, question, draw_id: drawn.drawId };
  const states = [];
  const state = await kaucim.read(asked, { onState: (one) => states.push(one) });
  assert.equal(state.phase, 'complete');
  assert.equal(state.lot.number, drawn.number);
  assert.equal(sealedCount(state), SECTIONS.length);
  assert.deepEqual(state.sections.map(({ text }) => text), state.result.sections.map(({ text }) => text));
  assert.ok(states.length > 10 && states.filter(finished).length === 1);
  const again = await kaucim.draw(deity, { question });
  assert.deepEqual([again.already, again.number, again.drawId], [true, drawn.number, undefined]);
  const { already_drawn: isSame } = await kaucim.ask({ ...asked, draw_id: again.drawId });
  assert.ok(isSame, 'the matter keeps its lot');
}

async function goesOnAfterBreaks() {
  const { how, seen } = breaking(4, 2);
  const broken = new Kaucim({ url, key, fetch: how });
  const { task_id: id } = await broken.ask({ deity_id: deity, question: 'Is it far? [[sim rate=200]]', language: 'en' });
  const links = [];
  let open = '';
  let state = initial();
  const onEvent = (event) => {
    state = reduce(state, event);
    const held = state.sections.find(({ id }) => id === event.section);
    if (event.type === 'llm_streaming') {
      open += event.token;
      assert.equal(held.text, open, 'what is shown is what came');
    }
    if (event.type === 'section_reset' || event.type === 'reset') open = '';
    if (event.type === 'section_completed') {
      assert.ok(event.text.startsWith(open), 'no gap and no repetition');
      assert.equal(held.text, event.text, 'what is sealed replaces it');
      open = '';
    }
  };
  const last = await broken.follow(id, { onEvent, onState: ({ link }) => links.at(-1) !== link && links.push(link) });
  assert.equal(last.phase, 'complete');
  assert.equal(sealedCount(state), SECTIONS.length);
  assert.deepEqual(links, ['open', 'lost', 'open', 'lost', 'open']);
  assert.equal(seen.length, 3);
  assert.ok(seen[1].get('last_event_id') && seen[2].get('last_event_id'), 'each goes on at a cursor');
}

async function readsWithTickets() {
  const { how, seen } = breaking(4, 1);
  const page = new Kaucim({ url, fetch: how, ticket: async (id) => (await kaucim.ticket(id)).ticket });
  const { task_id: id } = await kaucim.ask({ deity_id: deity, question: 'Is it near? [[sim rate=200]]' });
  assert.equal((await page.follow(id)).phase, 'complete');
  const tickets = seen.map((query) => query.get('ticket'));
  assert.equal(new Set(tickets).size, 2, 'a ticket for each connection');
}

async function asksOnce() {
  const sent = [];
  const how = async (address, options) => {
    sent.push(options.headers['Idempotency-Key']);
    if (sent.length === 1) return new Response('{"code":"storage_unavailable"}', { status: 503 });
    const answer = await fetch(address, options);
    if (sent.length === 2) throw new TypeError('the answer is lost');
    return answer;
  };
  const question = { deity_id: deity, question: 'Did you hear me? [[sim rate=20]]' };
  const { task_id: id } = await new Kaucim({ url, key, fetch: how }).ask(question);
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent).size, 1, 'always with the same key');
  const ending = new AbortController();
  const following = kaucim.follow(id, { signal: ending.signal, onState: ({ phase }) => phase === 'writing' && ending.abort() });
  await assert.rejects(following, { name: 'AbortError' });
  assert.equal((await kaucim.task(id)).status, 'generating', 'the reading goes on');
  const cancelled = await kaucim.cancel(id);
  assert.equal(cancelled.status, 'cancelled');
  assert.equal((await kaucim.follow(id)).phase, 'cancelled');
  await kaucim.erase(id);
  await assert.rejects(kaucim.follow(id), (problem) => problem instanceof Problem && problem.code === 'task_not_found');
}

async function asksOn() {
  const first = await kaucim.read({ deity_id: deity, question: 'Is it wise? [[sim rate=0]]', fortune_number: 3, language: 'en' });
  const { task_id: id, lot, drawn } = await kaucim.followUp(first.taskId, 'And is it kind? [[sim rate=0]]');
  assert.deepEqual(lot, first.lot);
  assert.equal(drawn, false);
  const second = await kaucim.follow(id);
  assert.equal(second.phase, 'complete');
  assert.equal(second.follows, first.taskId);
  assert.equal((await kaucim.task(first.taskId)).followed_by, id);
  for (const asked of [first.taskId, id]) {
    await assert.rejects(kaucim.followUp(asked, 'And then?'), { status: 409, code: 'follow_up_asked', taskId: id });
  }
}

async function saysWhatIsRefused() {
  await assert.rejects(kaucim.ask({ deity_id: 'nobody', question: 'May I?' }), { status: 404, code: 'unknown_deity' });
  const stranger = new Kaucim({ url, key: 'kc_no' });
  await assert.rejects(stranger.follow('01900000-0000-7000-8000-000000000000'), { status: 401, code: 'unauthenticated' });
}

await Promise.all([drawsAndReads(), goesOnAfterBreaks(), readsWithTickets(), asksOnce(), asksOn(), saysWhatIsRefused()]);
