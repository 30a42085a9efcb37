// A draw that anyone can verify: the server's promise, the asker's shaking, the number; and checking it here.

import * as api from './api.js';

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

/** Whether a draw holds; `null` where this browser cannot tell. */
export async function holds(proof) {
  if (!crypto.subtle) return null;
  const secret = Uint8Array.from(proof.secret.match(/../g), (pair) => parseInt(pair, 16));
  const promise = join(utf8('kaucim draw commitment 1\n'), secret, text(proof.deck_id), text(proof.version), four(proof.count));
  const commitment = new Uint8Array(await crypto.subtle.digest('SHA-256', promise));
  const digits = [...commitment].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits === proof.commitment && (await numberOf(secret, proof)) === proof.number;
}

async function numberOf(secret, { nonce, count }) {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const fair = 2 ** 32 - (2 ** 32 % count);
  for (let counter = 0; ; counter += 1) {
    const said = join(utf8('kaucim draw number 1\n'), utf8(nonce), four(counter));
    const value = new DataView(await crypto.subtle.sign('HMAC', key, said)).getUint32(0);
    if (value < fair) return (value % count) + 1;
  }
}

function utf8(words) {
  return new TextEncoder().encode(words);
}

function text(words) {
  const bytes = utf8(words);
  return join(four(bytes.length), bytes);
}

function four(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
