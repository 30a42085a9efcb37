// A chat bot: each line that somebody types is a question, drawn for and read while it is written.

import { createInterface } from 'node:readline';

import { Kaucim, Problem } from '../../clients/js/index.js';

const kaucim = new Kaucim({ url: process.env.KAUCIM_SERVER, key: process.env.KAUCIM_KEY });
const say = (text) => process.stdout.write(`${text}\n`);

/** Says what can be said of a reading by now; what is sealed stays, so nothing is ever taken back. */
function speaker() {
  const said = new Set();
  const once = (id, text) => {
    if (said.has(id)) return;
    said.add(id);
    say(text);
  };
  return ({ lot, notices, sections, phase, result }) => {
    for (const { kind, code, message } of notices) if (kind === 'safety') once(code, `! ${message}\n`);
    if (lot) once('lot', `Lot ${lot.number}, ${lot.title}\n  ${lot.verse.join('\n  ')}\n`);
    for (const { id, state, title, text } of sections) if (state === 'sealed') once(id, `${title}\n${text}\n`);
    if (phase === 'complete') once('end', result.disclaimer);
  };
}

say('What is on your mind?');
for await (const line of createInterface({ input: process.stdin })) {
  const question = line.trim();
  if (!question) continue;
  try {
    const { phase } = await kaucim.read({ deity_id: 'yue_lao', question, end_user: 'console' }, { onState: speaker() });
    if (phase !== 'complete') say('This reading has ended early. Ask again?');
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(`It cannot be read just now: ${problem.message}`);
  }
}
