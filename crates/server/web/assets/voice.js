// Reads a reading aloud with the browser's own voices, each passage in its language.

import { guess, sectionTitle, tag } from './text.js';

let current = null;

/** Starts reading, or stops what is being read; answers whether it is read now. `onEnd` is told when it is over. */
export function speak(state, onEnd) {
  const synthesis = globalThis.speechSynthesis;
  if (current) {
    current = null;
    synthesis.cancel();
    return false;
  }
  const parts = passages(state);
  const mine = {};
  current = mine;
  const next = () => {
    const part = parts.shift();
    if (current !== mine) return;
    if (!part) {
      current = null;
      onEnd();
      return;
    }
    const words = new SpeechSynthesisUtterance(part.text);
    words.lang = { 'zh-Hant': 'zh-TW', 'zh-Hans': 'zh-CN', ja: 'ja-JP', en: 'en-US' }[tag(part.lang)] || tag(part.lang);
    words.rate = 0.92;
    words.onend = next;
    words.onerror = next;
    synthesis.speak(words);
  };
  addEventListener('hashchange', () => {
    if (current !== mine) return;
    current = null;
    synthesis.cancel();
    onEnd();
  }, { once: true });
  next();
  return true;
}

/** The verse, then each section, a paragraph at a time: long texts are cut off by some browsers. */
function passages({ lot, sections, language }) {
  const verse = lot ? [{ text: lot.verse.join('。'), lang: guess(lot.verse.join('')) }] : [];
  const rest = sections.filter((section) => section.state === 'sealed').flatMap((section) => [
    { text: sectionTitle(section, language), lang: language },
    ...section.text.split(/\n+|(?<=[。！？])|(?<=[.!?])\s/u).filter((text) => text.trim()).map((text) => ({ text, lang: language })),
  ]);
  return [...verse, ...rest];
}
