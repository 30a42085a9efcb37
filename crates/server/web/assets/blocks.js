// Moon blocks 擲筊: what a throw can be, and what it means by the deck's rule. No DOM, no clock.

/** How many throws of yes in a row a rule wants. */
const NEEDED = { none: 0, one: 1, three: 3 };

/** What a throw is called by how the two fall: one flat and one round side up is a yes, half of all throws. */
export function called([left, right]) {
  if (left !== right) return 'yes'; // 聖筊
  return left === 'flat' ? 'laugh' : 'no'; // 笑筊, 陰筊: a quarter each
}

/** Throws both blocks; each falls on either side alike, without regard to the other. */
export function thrown(random = crypto.getRandomValues(new Uint8Array(1))[0]) {
  return [random & 1, random & 2].map((bit) => (bit ? 'flat' : 'round'));
}

export function needed(rule) {
  return NEEDED[rule] ?? 0;
}

/**
 * What follows from a throw: `kept`, `more` (throw again) or `back` (put the stick back), and how many
 * in a row there are now. Laughter asks for another throw, but three in a row must be three in a row.
 */
export function judged(rule, before, throwOf) {
  const row = throwOf === 'yes' ? before + 1 : 0;
  if (throwOf === 'yes') return { row, next: row >= needed(rule) ? 'kept' : 'more' };
  return { row, next: throwOf === 'laugh' && rule === 'one' ? 'more' : 'back' };
}
