// A draw that anyone can verify: the server's promise, the asker's shaking, the number; and checking it here.

import * as api from './api.js';

export { holds } from './kaucim/verify.js';

/**
 * Draws for a question while `shaking` lasts. Answers the draw to ask with and what proves it; `null` where this
 * server cannot draw like that just now, so that it draws alone when it is asked.
 */
export async function drawLot(body, shaking) {
  const promised = await orNothing(api.draw(body.deity_id, { deck_id: body.deck_id, question: body.question }));
  if (!promised) return null;
  const already = promised.already_drawn;
  if (!already) await shaking.over;
  if (!promised.draw_id) return { drawId: '', proof: null, already: true, number: already?.number };
  const revealed = await orNothing(api.reveal(promised.draw_id, await shaking.nonce()));
  if (!revealed) return null;
  const { secret, nonce, deck_id, version, count, number } = revealed;
  return {
    // A draw is asked with once; after that its matter still has its lot.
    drawId: already?.asked ? '' : promised.draw_id,
    // What was promised before the nonce was known, and not what is said afterwards.
    proof: { commitment: promised.commitment, secret, nonce, deck_id, version, count, number },
    already: Boolean(already),
    number,
  };
}

/** A refusal that the question itself would not meet, or would tell better. */
async function orNothing(answer) {
  try {
    return await answer;
  } catch (problem) {
    const { status, code } = problem;
    if (status === 404 || status === 405 || status >= 500 || code === 'too_many_draws') return null;
    throw problem;
  }
}
