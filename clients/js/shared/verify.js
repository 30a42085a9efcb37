// Checks a draw: the commitment, and the number that follows from secret and nonce. Pure but for the hashes.

/** Whether a draw holds; `null` where nothing can be told here: browsers tell on pages with TLS, or of the same machine. */
export async function holds(proof, subtle = globalThis.crypto?.subtle) {
  if (!subtle) return null;
  const secret = Uint8Array.from(proof.secret.match(/../g), (pair) => parseInt(pair, 16));
  const promise = join(utf8('kaucim draw commitment 1\n'), secret, text(proof.deck_id), text(proof.version), four(proof.count));
  const commitment = new Uint8Array(await subtle.digest('SHA-256', promise));
  const digits = [...commitment].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits === proof.commitment && (await numberOf(subtle, secret, proof)) === proof.number;
}

async function numberOf(subtle, secret, { nonce, count }) {
  const key = await subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const fair = 2 ** 32 - (2 ** 32 % count);
  for (let counter = 0; ; counter += 1) {
    const said = join(utf8('kaucim draw number 1\n'), utf8(nonce), four(counter));
    const value = new DataView(await subtle.sign('HMAC', key, said)).getUint32(0);
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
