// The official client of OpenAI's API as it is, against a running server. Run by the `javascript` test with KAUCIM_SERVER,
// KAUCIM_KEY and the folder of packages.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const { KAUCIM_SERVER: server, KAUCIM_KEY: apiKey, KAUCIM_NPM: folder } = process.env;
const { OpenAI } = createRequire(`${folder}/package.json`)('openai');
const client = new OpenAI({ baseURL: `${server}/v1`, apiKey });
const model = 'kaucim/yue_lao';
const ask = (content) => ({ model, messages: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content }] });
const headings = (text) => text.match(/^## .+$/gm) ?? [];

const names = [];
for await (const one of client.models.list()) names.push(one.id);
assert.ok(names.includes(model), `${names}`);
assert.equal((await client.models.retrieve(model)).id, model);

const whole = await client.chat.completions.create(ask('Shall I write to her?'));
const [choice] = whole.choices;
assert.equal(choice.finish_reason, 'stop');
assert.equal(headings(choice.message.content).length, 7);
assert.match(choice.message.content, /^> /m, 'the verse is quoted');
assert.match(choice.message.content, /^## In short$/m, 'in the language of the question');
assert.ok(whole.usage.completion_tokens > 0);
assert.equal(whole.id, `chatcmpl-${whole._request_id}`);

const stream = client.chat.completions.stream({ ...ask('我該搬家嗎？'), stream_options: { include_usage: true } });
let pieces = 0;
stream.on('content', () => { pieces += 1; });
const final = await stream.finalChatCompletion();
assert.ok(pieces >= 9, 'the lot, seven sections and the end');
assert.match(final.choices[0].message.content, /^## 總結$/m);
assert.ok(final.usage.total_tokens > 0);

await assert.rejects(client.chat.completions.create({ ...ask('May I?'), model: 'gpt-4o' }), (error) => (
  error instanceof OpenAI.NotFoundError && error.code === 'unknown_deity' && error.param === 'model'));
const stranger = new OpenAI({ baseURL: `${server}/v1`, apiKey: 'kc_no' });
await assert.rejects(stranger.models.list(), (error) => (
  error instanceof OpenAI.AuthenticationError && error.code === 'unauthenticated'));

const failing = await client.chat.completions.create({ ...ask('Shall I go? [[sim rate=20]]'), stream: true });
await assert.rejects(async () => {
  for await (const piece of failing) {
    const task = piece.id.replace('chatcmpl-', '');
    const headers = { Authorization: `Bearer ${apiKey}` };
    await fetch(`${server}/api/v1/async-chat/task/${task}/cancel`, { method: 'POST', headers });
  }
}, (error) => error instanceof OpenAI.APIError && error.code === 'task_cancelled');
