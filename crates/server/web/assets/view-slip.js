// The slip: the drawn lot as a sheet of paper, with its verse, and what the deck says about it.

import { h, mark, say } from './dom.js';
import { keep, recall } from './keep.js';
import { chineseNumber } from './number.js';
import { guess, language, pick, t } from './text.js';

const LAYOUT = 'kaucim.layout'; // kept as `level` by those who would rather read in lines
const RUBY = 'kaucim.ruby'; // kept as `on` or `off` by those who have chosen
const LONGEST_COLUMN = 14; // signs in one vertical line that still fit a phone

/** The slip itself: the same whatever the page speaks. */
export function paper(lot) {
  const script = guess(lot.verse.join(''));
  const columns = canStand(lot);
  const deck = pick(lot.deck, script);
  const number = { en: `No. ${lot.number}`, zh: `第${chineseNumber(lot.number)}籤`, ja: `第${chineseNumber(lot.number)}番` }[script];
  const spoken = lot.pronunciation || [];
  const lines = lot.verse.map((line, place) => h('span', { class: 'verse-line', id: `verse-${place + 1}` }, ...(spoken[place] ? ruby(line, spoken[place]) : [line])));
  return h(
    'div',
    { class: 'slip', 'data-upright': columns && recall(LAYOUT) !== 'level', 'data-spoken': spoken.length > 0 && wantsRuby(script) },
    h('p', { class: 'slip-deck', lang: deck.lang }, deck.text || lot.deck_id),
    h(
      'div',
      { class: 'slip-body' },
      h('div', { class: 'slip-mark', lang: script }, h('span', { class: 'slip-number' }, number), stamp(lot)),
      h('blockquote', { class: 'verse', 'data-testid': 'verse', lang: script, 'data-longest': Math.min(longest(lot.verse), 15) }, ...lines),
    ),
    lot.title ? h('p', { class: 'slip-title', lang: guess(lot.title) }, lot.title) : '',
  );
}

/** A button that sets the verse in columns or in lines; nothing where it could not stand in columns. */
export function layoutButton(lot, slip) {
  if (!canStand(lot)) return '';
  const words = () => t(slip.hasAttribute('data-upright') ? 'level' : 'upright');
  const button = h('button', { type: 'button', class: 'plain layout', 'data-testid': 'layout' }, words());
  button.addEventListener('click', () => {
    const level = slip.hasAttribute('data-upright');
    mark(slip, 'data-upright', level ? null : '');
    keep(LAYOUT, level ? 'level' : '');
    say(button, words());
  });
  return button;
}

/** A button that shows and hides how the verse is spoken; nothing where the deck does not say it. */
export function rubyButton(lot, slip) {
  if (!lot.pronunciation?.length) return '';
  const button = h('button', { type: 'button', class: 'plain layout', 'data-testid': 'ruby' }, t('ruby'));
  const tell = () => mark(button, 'aria-pressed', String(slip.hasAttribute('data-spoken')));
  button.addEventListener('click', () => {
    const on = !slip.hasAttribute('data-spoken');
    mark(slip, 'data-spoken', on ? '' : null);
    keep(RUBY, on ? 'on' : 'off');
    tell();
  });
  tell();
  return button;
}

/** Wanted by those who said so, else by whoever reads the page in another language than the verse's. */
function wantsRuby(script) {
  return recall(RUBY) ? recall(RUBY) === 'on' : language() !== script;
}

/** A line with how it is spoken beside it: by character where there is a part for each, else as a whole. */
function ruby(line, spoken) {
  const beside = (text, said) => h('ruby', {}, text, h('rt', { lang: /\p{Script=Latin}/u.test(said) ? `${guess(line)}-Latn` : null }, said));
  const parts = spoken.trim().split(/\s+/);
  const isSpoken = (sign) => /[\p{L}\p{N}]/u.test(sign);
  const signs = [...line];
  if (parts.length !== signs.filter(isSpoken).length) return [beside(line, spoken)];
  return signs.map((sign) => (isSpoken(sign) ? beside(sign, parts.shift()) : sign));
}

/** Whether the verse is short enough, and in a script, to be written from top to bottom. */
function canStand({ verse }) {
  return guess(verse.join('')) !== 'en' && verse.length <= 8 && longest(verse) <= LONGEST_COLUMN;
}

/** What goes below the slip, in the page's language, for a reading in `reading`. */
export function aside(lot, reading) {
  return [beneath(lot, reading), more(lot, reading)];
}

/** The heading of a reading: whose lot, and which. */
export function lotName(lot) {
  return t('lot_of', { deity: pick(lot.deity).text || lot.deity_id, n: lot.number });
}

/** The grade in the deck's own word: a stamp where it is short, a line where it is not. */
function stamp(lot) {
  if (!lot.grade) return '';
  const short = [...lot.grade].length <= 4;
  return h('span', { class: short ? 'stamp' : 'grade-line', 'data-tone': lot.tone || 'none' }, lot.grade);
}

function beneath(lot, reading) {
  const tone = lot.tone && t(`tone_${lot.tone}`);
  const translation = chosen(lot.commentary.filter((one) => one.kind === 'translation'), reading);
  return h(
    'div',
    { class: 'beneath' },
    tone ? h('p', { class: 'tone', 'data-tone': lot.tone }, tone) : '',
    translation ? h('p', { class: 'translation', lang: translation.language }, ...translation.text.split('\n').map((line) => h('span', {}, line))) : '',
  );
}

/** A text in the reading's language, else in the page's; none rather than one that is not asked for. */
function chosen(texts, reading) {
  return [reading, reading === 'zh-Hans' ? 'zh' : '', language()].map((code) => texts.find((one) => one.language === code)).find(Boolean);
}

function more(lot, reading) {
  const parts = [...commentary(lot, reading), ...stories(lot, reading), ...verdicts(lot, reading)];
  if (!parts.length) return '';
  return h('details', { class: 'more' }, h('summary', {}, t('meaning_and_story')), ...parts);
}

function commentary(lot, reading) {
  const kinds = [...new Set(lot.commentary.map((one) => one.kind))].filter((kind) => kind !== 'translation');
  return kinds.flatMap((kind) => {
    const texts = lot.commentary.filter((one) => one.kind === kind);
    return shown(texts, reading).map((one, place) => passage(place ? '' : t(`kind_${kind}`) || kind.replaceAll('_', ' '), one));
  });
}

function stories(lot, reading) {
  return shown(lot.allusions, reading).map((one, place) => passage(place ? '' : t('allusion'), one));
}

/** The reader's language first, then the text handed down, where that is another one. */
function shown(texts, reading) {
  const first = chosen(texts, reading) || texts[0];
  const classic = texts.find((one) => one.provenance === 'classic');
  return [...new Set([first, classic])].filter(Boolean);
}

function passage(label, { language: lang, provenance, title, text }) {
  return h(
    'section',
    { class: 'passage' },
    label ? h('h2', {}, label) : '',
    title ? h('h3', { lang }, title) : '',
    h('p', { lang }, text, ' ', h('small', { class: 'provenance', lang: language() }, t(provenance) || '')),
  );
}

function verdicts(lot, reading) {
  const topics = Object.entries(lot.topics || {});
  if (!topics.length) return [];
  const rows = topics.flatMap(([topic, texts]) => {
    const verdict = pick(texts, reading || language());
    return [h('dt', {}, t(topic) || topic.replaceAll('_', ' ')), h('dd', { lang: verdict.lang }, verdict.text)];
  });
  return [h('section', { class: 'passage' }, h('h2', {}, t('topics')), h('dl', { class: 'verdicts' }, ...rows))];
}

function longest(lines) {
  return Math.max(0, ...lines.map((line) => [...line].length));
}
