// Which readings the reader has marked; kept in this browser alone.

import { keep, recallJson } from './keep.js';

const NAME = 'kaucim.favourites';

export function isFavourite(id) {
  return all().includes(id);
}

/** Marks or unmarks a reading; answers whether it is marked now. */
export function toggleFavourite(id) {
  const others = all().filter((one) => one !== id);
  const on = others.length === all().length;
  keep(NAME, JSON.stringify(on ? [...others, id] : others));
  return on;
}

export function forgetFavourite(id) {
  if (isFavourite(id)) toggleFavourite(id);
}

function all() {
  const known = recallJson(NAME, []);
  return Array.isArray(known) ? known : [];
}
