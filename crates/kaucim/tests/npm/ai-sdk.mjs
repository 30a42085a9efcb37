// `useChat` of the AI SDK as it is, against a running server: a reading, a section that is written again, leaving,
// coming back, and a stop that cancels. Run by the `javascript` test with KAUCIM_SERVER, KAUCIM_KEY and the folder of packages.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const { KAUCIM_SERVER: server, KAUCIM_KEY: key, KAUCIM_NPM: folder } = process.env;
const require = createRequire(`${folder}/package.json`);
const React = require('react');
const renderer = require('react-test-renderer');
const headers = { Authorization: `Bearer ${key}` };

/** A component that holds the hook, and no more. */
function mount(sdk, options) {
  const held = {};
  function Chat() {
    held.chat = sdk.useChat(options);
    return null;
  }
  held.root = renderer.create(React.createElement(Chat));
  return held;
}

async function until(what, look) {
  for (let tries = 0; tries < 3000; tries += 1) {
    if (look()) return;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  assert.fail(`waited in vain until ${what}`);
}

const task = async (id) => (await fetch(`${server}/api/v1/async-chat/task/${id}`, { headers })).json();
const answerOf = ({ chat }) => chat.messages.findLast((message) => message.role === 'assistant');
const counts = (part) => part.type === 'text' && part.providerMetadata.kaucim.state !== 'dropped';
const byIndex = (a, b) => a.providerMetadata.kaucim.index - b.providerMetadata.kaucim.index;
const textsOf = (message) => message.parts.filter(counts).sort(byIndex).map((part) => part.text);

async function reads(sdk, transport, takesBack) {
  const held = mount(sdk, { transport });
  await until('the hook is there', () => held.chat);
  const sent = held.chat.sendMessage({ text: 'Shall I write to her? [[sim fault=hostile:placeholder times=1]]' });
  await until('it reads', () => held.chat.status === 'streaming');
  await sent;
  await until('it is whole', () => held.chat.status === 'ready');
  assert.equal(held.chat.error, undefined);
  const message = answerOf(held);
  const { status, result, lot } = await task(message.id);
  assert.equal(status, 'completed');
  assert.deepEqual(textsOf(message), result.sections.map((section) => section.text));
  const dropped = message.parts.filter((part) => part.type === 'text' && !counts(part));
  if (takesBack) assert.equal(dropped.length, 0, 'what was dropped is gone');
  else assert.ok(dropped.length > 0, 'what was dropped is marked');
  const data = (name) => message.parts.filter((part) => part.type === `data-${name}`);
  assert.equal(data('lot').length, 1);
  assert.equal(data('lot')[0].data.lot.number, lot.number);
  assert.equal(data('sources').length, 1);
  const sections = data('section').map((part) => [part.id, part.data.state]);
  assert.deepEqual(sections.map(([, state]) => state), Array(7).fill('sealed'));
  assert.equal(data('validation').length, 7);
  assert.equal(message.metadata.status, 'completed');
  assert.equal(message.metadata.disclaimer, result.disclaimer);
  held.root.unmount();
}

async function stopsAndResumes(sdk, transport, id) {
  const held = mount(sdk, { id, transport });
  await until('the hook is there', () => held.chat);
  const sent = held.chat.sendMessage({ text: 'Shall I move house? [[sim rate=20]]' });
  await until('there is text', () => answerOf(held)?.parts.some((part) => part.type === 'text' && part.text));
  const { id: taskId } = answerOf(held);
  held.chat.stop();
  await sent;
  assert.equal((await task(taskId)).status, 'generating', 'the stop of the SDK ends the reader alone');
  const { messages } = held.chat;
  held.root.unmount();

  // The page is loaded again, with the messages that it has kept.
  const again = mount(sdk, { id, transport, messages, resume: true });
  await until('it goes on', () => again.chat?.status === 'streaming' && textsOf(answerOf(again)).join('').length > 0);
  assert.equal(again.chat.messages.length, 2, 'it is the same message');
  const stopped = await fetch(`${server}/api/v1/chat/${id}/stop`, { method: 'POST', headers });
  assert.deepEqual(await stopped.json(), { task_id: taskId, status: 'cancelled' });
  await until('it has ended', () => again.chat.status === 'ready');
  assert.equal(answerOf(again).id, taskId);
  assert.equal(answerOf(again).metadata.status, 'cancelled');
  assert.equal((await task(taskId)).status, 'cancelled');
  again.root.unmount();
}

async function isRefused(sdk, ai) {
  const api = `${server}/api/v1/chat`;
  const transport = new ai.DefaultChatTransport({ api, headers: { Authorization: 'Bearer kc_no' } });
  const held = mount(sdk, { transport });
  await until('the hook is there', () => held.chat);
  await held.chat.sendMessage({ text: 'May I?' });
  await until('it says so', () => held.chat.status === 'error');
  assert.match(held.chat.error.message, /unauthenticated/);
  held.root.unmount();
}

for (const [version, query, takesBack] of [[6, '', false], [7, '?reset_step=on', true]]) {
  const sdk = require(`ai-sdk-react-${version}`);
  const ai = require(`ai-sdk-${version}`);
  const body = { deity_id: 'yue_lao', language: 'en' };
  const transport = new ai.DefaultChatTransport({ api: `${server}/api/v1/chat${query}`, headers, body });
  await reads(sdk, transport, takesBack);
  await stopsAndResumes(sdk, transport, `chat of ${version}`);
  await isRefused(sdk, ai);
}
process.exit(0);
