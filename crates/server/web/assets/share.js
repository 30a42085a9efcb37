// Sharing: the lot and one chosen sentence as a picture drawn here, or the reading as text. Nothing is uploaded.

import { copied } from './copy.js';
import { h, say } from './dom.js';
import { chineseNumber } from './number.js';
import { guess, pick, t, tag } from './text.js';
import { lotName } from './view-slip.js';

const [WIDTH, HEIGHT] = [1080, 1440];
const PAPER = { paper: '#f4ecdc', sheet: '#fcf7ec', ink: '#2a211b', quiet: '#594c40', red: '#a62f1e', on: '#fdf4e3' };
const LONGEST = 110; // signs of a sentence that still fit

/** The panel: a picture, the sentence to choose for it, and what to do with it. */
export function sharing(state) {
  const sentences = choices(state);
  const canvas = h('canvas', { width: WIDTH, height: HEIGHT, class: 'picture', role: 'img', 'aria-label': t('picture_of', { lot: lotName(state.lot) }), 'data-testid': 'picture' });
  const choose = h('select', { 'aria-label': t('sentence'), onchange: () => draw(canvas, state, choose.value) }, h('option', { value: '' }, t('sentence_none')), ...sentences.map((one, place) => h('option', { value: one, selected: place === 0, lang: state.language }, one)));
  const told = h('span', { role: 'status', class: 'quiet', 'data-testid': 'copy-told' });
  const copy = h('button', { type: 'button', class: 'plain', 'data-testid': 'copy-text', onclick: () => words(state, copy, told) }, t('copy_text'));
  draw(canvas, state, sentences[0] || '');
  return h(
    'div',
    { class: 'panel', 'data-testid': 'share-panel' },
    canvas,
    h('label', { class: 'sentence' }, h('span', {}, t('sentence')), choose),
    h(
      'p',
      { class: 'panel-do' },
      h('button', { type: 'button', class: 'seal-button', onclick: () => picture(canvas, state) }, t('save_picture')),
      copy,
      told,
    ),
  );
}

/** Sentences that may be chosen; those of the conclusion first. */
function choices({ sections }) {
  const texts = sections.filter((section) => section.state === 'sealed').map((section) => section.text).reverse();
  const all = texts.flatMap((text) => text.split(/\n+|(?<=[。！？])|(?<=[.!?])\s+(?=\p{Lu})/u)).map((one) => one.trim());
  return [...new Set(all)].filter((one) => [...one].length >= 6 && [...one].length <= LONGEST).slice(0, 24);
}

async function picture(canvas, state) {
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
  const file = new File([blob], `kaucim-${state.lot.deity_id}-${state.lot.number}.png`, { type: 'image/png' });
  if (matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ files: [file] })) {
    await navigator.share({ files: [file] }).catch(() => {}); // the reader thought better of it
    return;
  }
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

async function words(state, copy, told) {
  const text = asText(state);
  if (matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ text })) return navigator.share({ text }).catch(() => {});
  return say(told, t(await copied(text, copy) ? 'copied' : 'copy_failed'));
}

function asText({ lot, question, sections, result }) {
  const grade = lot.grade ? ` · ${lot.grade}` : '';
  const parts = sections.filter((section) => section.state === 'sealed').map((section) => `${section.title}\n${section.text}`);
  return [`${lotName(lot)}${grade}`, lot.verse.join('\n'), question, ...parts, result?.disclaimer].filter(Boolean).join('\n\n');
}

function draw(canvas, { lot, language }, sentence) {
  const pen = canvas.getContext('2d');
  const script = guess(lot.verse.join(''));
  const font = (size, weight = 400) => `${weight} ${size}px ${getComputedStyle(document.documentElement).getPropertyValue(script === 'ja' ? '--ja' : '--zh')}`;
  pen.fillStyle = PAPER.paper;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  const box = { x: 150, y: 96, w: WIDTH - 300, h: sentence ? 900 : 1120 };
  pen.shadowColor = 'rgb(74 48 20 / 25%)';
  [pen.shadowBlur, pen.shadowOffsetY] = [50, 22];
  pen.fillStyle = PAPER.sheet;
  pen.fillRect(box.x, box.y, box.w, box.h);
  pen.shadowColor = 'transparent';
  pen.strokeStyle = PAPER.red;
  for (const [gap, width] of [[20, 4], [32, 1.5]]) {
    pen.lineWidth = width;
    pen.strokeRect(box.x + gap, box.y + gap, box.w - 2 * gap, box.h - 2 * gap);
  }
  pen.textAlign = 'center';
  pen.fillStyle = PAPER.red;
  pen.font = font(44);
  pen.fillText(pick(lot.deck, script).text || lot.deck_id, WIDTH / 2, box.y + 106);
  pen.fillStyle = PAPER.quiet;
  pen.font = font(34);
  pen.fillText([script === 'en' ? `No. ${lot.number}` : `第${chineseNumber(lot.number)}${script === 'ja' ? '番' : '籤'}`, lot.grade].filter(Boolean).join('　'), WIDTH / 2, box.y + 168);
  verse(pen, lot, { x: box.x, y: box.y + 200, w: box.w, h: box.h - 270 }, font);
  if (sentence) below(pen, sentence, language, box.y + box.h + 92);
  pen.textAlign = 'center';
  pen.font = font(28);
  pen.fillStyle = PAPER.quiet;
  pen.fillText('Kaucim 求籤', WIDTH / 2, HEIGHT - 52);
}

/** In columns from the right where the lines are short, else in lines. */
function verse(pen, lot, box, font) {
  const lines = lot.verse.map((line) => [...line]);
  const longest = Math.max(...lines.map((line) => line.length));
  pen.fillStyle = PAPER.ink;
  if (guess(lot.verse.join('')) === 'en' || longest > 14 || lines.length > 8) {
    const size = Math.min(44, (box.w - 120) / (longest * 0.56));
    pen.font = font(size);
    lot.verse.forEach((line, place) => pen.fillText(line, box.x + box.w / 2, box.y + 70 + place * size * 1.9));
    return;
  }
  const step = Math.min(92, (box.h - 30) / longest);
  const gap = Math.min(150, (box.w - 140) / lines.length);
  pen.font = font(step * 0.7, 500);
  lines.forEach((line, column) => line.forEach((signOf, row) => {
    const x = box.x + box.w / 2 + ((lines.length - 1) / 2 - column) * gap;
    pen.fillText(signOf, x, box.y + (box.h - step * longest) / 2 + (row + 0.75) * step);
  }));
}

function below(pen, sentence, language, top) {
  const style = getComputedStyle(document.documentElement);
  const family = style.getPropertyValue({ en: '--en', ja: '--ja', 'zh-Hans': '--zh-hans' }[language] || '--zh');
  const size = [...sentence].length > 60 ? 33 : 38;
  pen.font = `400 ${size}px ${family}`;
  pen.fillStyle = PAPER.ink;
  const pieces = tag(language).startsWith('en') ? sentence.split(/(?<=\s)/) : [...sentence];
  let line = '';
  let y = top;
  for (const piece of [...pieces, null]) {
    const full = piece !== null && pen.measureText(line + piece).width > WIDTH - 300;
    // A line does not begin with a mark that closes.
    if (piece === null || (full && !/^[，。、；：！？」』”’]/u.test(piece))) {
      pen.fillText(line.trim(), WIDTH / 2, y);
      y += size * 1.65;
      line = '';
    }
    line += piece ?? '';
  }
}
