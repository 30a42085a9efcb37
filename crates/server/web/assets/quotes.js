// Finds what a text quotes, the verse's own lines and passages of its sources, and links it to where it stands.

import { h } from './dom.js';
import { guess } from './text.js';

const SHORTEST = 3; // signs of a line that cannot be met by chance
const MARKED = /[「『“"]([^「『」』“”"\n]{4,80})[」』”"]/gu;

/** The text as nodes; what is quoted is a link to `#verse-1` or `#source-1`, counted from 1. */
export function quoted(text, verse, sources) {
  const found = [...ofVerse(text, verse), ...ofSources(text, sources)].sort((a, b) => a.at - b.at || b.words.length - a.words.length);
  const nodes = [];
  let end = 0;
  for (const { at, words, href } of found) {
    if (at < end) continue;
    nodes.push(text.slice(end, at), h('a', { class: 'quote', href, lang: guess(words) }, words));
    end = at + words.length;
  }
  return [...nodes, text.slice(end)].filter((part) => part !== '');
}

function ofVerse(text, verse) {
  return verse.flatMap((line, place) => {
    const words = line.replace(/[\s，。、；：！？,.;:!?]+$/u, '');
    if ([...words].length < SHORTEST) return [];
    return everywhere(text, words).map((at) => ({ at, words, href: `#verse-${place + 1}` }));
  });
}

function ofSources(text, sources) {
  const bare = (words) => words.replace(/[\s\p{P}]/gu, '');
  const excerpts = sources.map((source) => bare(`${source.title || ''}\n${source.excerpt || ''}`));
  return [...text.matchAll(MARKED)].flatMap((match) => {
    const place = excerpts.findIndex((excerpt) => excerpt.includes(bare(match[1])));
    return place < 0 ? [] : [{ at: match.index + 1, words: match[1], href: `#source-${place + 1}` }];
  });
}

function everywhere(text, words) {
  const places = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) places.push(at);
  return places;
}
