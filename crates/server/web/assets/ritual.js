// One matter, one lot: shaking and drawing until the moon blocks leave the stick in the asker's hand.

import { needed } from './blocks.js';
import { calm } from './dom.js';
import { drawLot } from './draw.js';
import { watchShaking } from './shake.js';
import { holdStill } from './sent.js';

/** Settles which draw the question is asked with, as far as that is not settled already. */
export async function ritual(rite, question, body, rule) {
  if (question.settled) return;
  let again = false;
  if (!question.draw) await shake(rite, question, body, again);
  else if (question.draw.number) {
    rite.begin(JSON.parse(question.body).question);
    await rite.name(question.draw.number);
  }
  while (question.draw?.number && !question.draw.already && needed(rule)) {
    if (await rite.settle(rule, question.draw.number)) break;
    // The stick that was put back belonged to this matter; the next one is drawn for whatever is asked with it.
    again = true;
    await shake(rite, question, { ...body, question: undefined }, again);
  }
  question.settled = true;
  holdStill(question);
  rite.ask();
}

/** Draws while the cylinder is shaken, and keeps the draw with its question, so that a reload asks with the same. */
async function shake(rite, question, body, again) {
  question.draw = null;
  const watched = watchShaking();
  if (!calm()) rite.begin(JSON.parse(question.body).question, { again });
  const over = calm() ? Promise.resolve() : rite.shake();
  over.catch(() => {}); // it is waited for below, or the lot was there already
  try {
    const drawn = await drawLot(body, { over, nonce: () => watched.nonce() });
    question.draw = drawn || {};
    holdStill(question);
    if (!drawn) await over;
    else if (drawn.already) rite.hush();
    if (calm()) rite.begin(JSON.parse(question.body).question, { again });
    if (drawn?.number) await rite.name(drawn.number);
  } finally {
    watched.stop();
  }
}
