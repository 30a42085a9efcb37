// The rite: shaking until a stick falls, and throwing moon blocks about it. The asker's own pace; nothing is hurried.

import { judged, called, needed, thrown } from './blocks.js';
import { byId, calm, mark, say } from './dom.js';
import { pause } from './keep.js';
import { chineseNumber } from './number.js';
import { motion } from './motion.js';
import { t } from './text.js';

const LEANS = [-21, -13, -6, 2, 9, 16, 24, 5]; // degrees; the last stick is the chosen one
const ALONE_MS = 3200; // after this long the cylinder shakes by itself
const PATIENCE_MS = 25000; // after this long without a word the rite goes on
const TICK_MS = 30;
const HELD = 0.028; // strength that a tick of holding adds
const FALL_MS = 1750;
const TOSS_MS = 1250;
const LOOK_MS = 1200; // time to read the number on a stick

/** Left on purpose: nothing is asked, and nothing went wrong. */
export class Left extends Error {}

/** Brings the scene to life; `onShow` puts it on the page. */
export function riteView(onShow) {
  const root = byId('rite');
  const go = byId('rite-go');
  const skip = byId('rite-skip');
  const stick = byId('stick');
  const svg = root.querySelector('.cylinder');
  const all = svg.querySelector('.c-all');
  const sticks = [...svg.querySelectorAll('.c-sticks > g')];
  let spoken = []; // [element, key, values] of what is said now, to say it again in another language
  let leave = () => {};
  let hush = () => {};
  let gone = false;

  function tell(words, { note = '', main = '', other = '', values = {} } = {}) {
    spoken = [[byId('rite-words'), words], [byId('rite-note'), note], [go, main], [skip, other]].map(([element, key]) => [element, key, values]);
    translate();
  }

  function translate() {
    for (const [element, key, values] of spoken) {
      say(element, key ? t(key, values) : '');
      if (element.localName === 'button') element.hidden = !key;
    }
  }

  /** Waits for one of the two buttons; answers `go` or `skip`, and `late` where nobody says anything. */
  function answer(patience) {
    return new Promise((resolve, reject) => {
      const listening = new AbortController();
      const { signal } = listening;
      const end = (how) => {
        listening.abort();
        clearTimeout(timer);
        how();
      };
      const timer = setTimeout(() => end(() => resolve('late')), patience);
      go.addEventListener('click', () => end(() => resolve('go')), { signal });
      skip.addEventListener('click', () => end(() => resolve('skip')), { signal });
      leave = () => end(() => reject(new Left()));
      go.focus({ preventScroll: true });
    });
  }

  function pose(angle, lift, strength, time) {
    all.style.transform = `translate(${angle * 0.6}px, ${-lift}px) rotate(${angle}deg)`;
    sticks.forEach((one, place) => {
      const chosen = place === sticks.length - 1;
      const hop = lift && Math.abs(Math.sin(time / 55 + place * 1.7)) * 12 * (lift / 7);
      const rise = chosen ? 62 * strength ** 2 : 0;
      one.style.transform = `rotate(${LEANS[place] - angle * 0.22}deg) translateY(${-hop - rise}px)`;
    });
  }

  /** A pause in which the asker may leave. */
  async function linger(ms) {
    await pause(ms);
    if (gone) throw new Left();
  }

  /** Until the stick is shaken loose (or, `false`, need not be): by the pointer, a held key or button, the phone, or by itself. */
  function shaking() {
    return new Promise((resolve, reject) => {
      const listening = new AbortController();
      const { signal } = listening;
      const began = performance.now();
      let [strength, force, holding, alone] = [0, 0, false, false];
      const add = (much) => {
        strength += much;
        force = Math.min(1, force + much * 9);
      };
      const hold = (on) => () => { holding = on; };
      const end = (how) => {
        listening.abort();
        clearInterval(timer);
        root.removeAttribute('data-shaken');
        how();
      };
      const still = (event) => event.target.closest('button') && event.target !== go;
      root.addEventListener('pointerdown', (event) => still(event) || hold(true)(), { signal });
      for (const name of ['pointerup', 'pointercancel', 'blur']) addEventListener(name, hold(false), { signal });
      root.addEventListener('pointermove', (event) => holding && add(Math.min(0.03, Math.hypot(event.movementX, event.movementY) / 1600)), { signal });
      root.addEventListener('keydown', (event) => {
        if (![' ', 'Enter'].includes(event.key) || (event.target.closest('button') && event.target !== go)) return;
        event.preventDefault();
        holding = true;
      }, { signal });
      root.addEventListener('keyup', hold(false), { signal });
      go.addEventListener('click', () => add(0.12), { signal });
      skip.addEventListener('click', () => { alone = true; }, { signal });
      motion(signal, (much) => add(Math.min(0.06, much / 260)));
      leave = () => end(() => reject(new Left()));
      hush = () => end(() => resolve(false));
      // A timer and not frames: a page in the background has none.
      const timer = setInterval(() => {
        const now = performance.now();
        if (!strength && now - began > ALONE_MS) alone = true;
        if (holding || alone) add(HELD);
        force *= 0.9;
        mark(root, 'data-shaken', strength > 0 ? '' : null);
        pose(Math.sin(now / 62) * 8.5 * force, Math.abs(Math.sin(now / 47)) * 7 * force, Math.min(1, strength), now);
        if (strength >= 1) end(() => resolve(true));
      }, TICK_MS);
      go.focus({ preventScroll: true });
    });
  }

  async function fall() {
    root.dataset.step = 'fallen';
    pose(0, 0, 0, 0);
    stick.hidden = false;
    navigator.vibrate?.([18, 60, 30]);
    stick.animate([
      { transform: 'translate(6px, -70px) rotate(5deg) scale(.3)', opacity: 0 },
      { transform: 'translate(10px, -150px) rotate(14deg) scale(.34)', opacity: 1, offset: 0.14, easing: 'cubic-bezier(.3,0,.7,.4)' },
      { transform: 'translate(78px, 118px) rotate(228deg) scale(.42)', offset: 0.42, easing: 'ease-out' },
      { transform: 'translate(84px, 98px) rotate(246deg) scale(.42)', offset: 0.49, easing: 'ease-in' },
      { transform: 'translate(88px, 120px) rotate(258deg) scale(.42)', offset: 0.56 },
      { transform: 'translate(88px, 120px) rotate(258deg) scale(.42)', offset: 0.68, easing: 'cubic-bezier(.4,0,.2,1)' },
      { transform: 'none' },
    ], { duration: FALL_MS });
    await linger(FALL_MS);
  }

  async function toss(sides) {
    navigator.vibrate?.(12);
    [...byId('blocks').querySelectorAll('.block')].forEach((block, place) => {
      const out = place ? 1 : -1;
      const turn = sides[place] === 'flat' ? 0 : 180;
      const lie = (place ? 180 : 0) + out * (16 + Math.random() * 34);
      const [x, y] = [out * (4 + Math.random() * 16), Math.random() * 16 - 4];
      const at = (dx, dy, z, flip, size) => `translate(${dx}px, ${dy}px) rotateZ(${z}deg) rotateX(${flip}deg) scale(${size})`;
      block.style.transform = at(x, y, lie, turn, 1);
      mark(block, 'data-side', sides[place]);
      if (calm()) return;
      block.animate([
        { transform: at(-out * 22, 26, place ? 180 : 0, 0, 0.94), easing: 'cubic-bezier(.1,.7,.4,1)' },
        { transform: at(out * 8, -118, lie - 150, 330 + turn, 1.16), offset: 0.4, easing: 'cubic-bezier(.6,0,.9,.6)' },
        { transform: at(x, y + 4, lie - 20, 720 + turn, 1), offset: 0.74, easing: 'ease-out' },
        { transform: at(x, y - 20, lie - 6, 732 + turn, 1), offset: 0.85, easing: 'ease-in' },
        { transform: at(x, y, lie, 720 + turn, 1) },
      ], { duration: TOSS_MS - place * 90, delay: place * 90, fill: 'backwards' });
    });
    await linger(calm() ? 0 : TOSS_MS);
  }

  function dots(row, rule) {
    byId('three').hidden = needed(rule) < 2;
    [...byId('three').children].forEach((dot, place) => mark(dot, 'data-on', place < row ? '' : null));
  }

  return {
    translate,
    /** The cylinder, full again, with the question above it. */
    begin(question, { again = false } = {}) {
      gone = false;
      root.dataset.step = 'shake';
      stick.hidden = true;
      stick.getAnimations().forEach((one) => one.cancel());
      byId('blocks').hidden = true;
      byId('three').hidden = true;
      say(byId('stick-number'), '');
      mark(stick, 'data-named', null);
      say(byId('rite-question'), question);
      pose(0, 0, 0, 0);
      tell(again ? 'rite_again' : 'rite', { note: 'rite_how', main: 'rite_shake', other: 'rite_alone' });
      onShow();
    },
    /** Resolves when the stick has fallen. */
    async shake() {
      if (!await shaking()) return;
      tell('rite_falls');
      await fall();
    },
    /** Writes the number on the stick. */
    async name(number) {
      stick.hidden = false;
      root.dataset.step = root.dataset.step === 'shake' ? 'fallen' : root.dataset.step;
      say(byId('stick-number'), `第${chineseNumber(number)}籤`);
      mark(stick, 'data-named', '');
      tell('rite_fallen', { values: { n: number } });
      await linger(LOOK_MS);
    },
    /** Throws blocks about this stick until it is kept; answers `false` where it is to be put back. */
    async settle(rule, number) {
      root.dataset.step = 'blocks';
      byId('blocks').hidden = false;
      for (const block of root.querySelectorAll('.block')) mark(block, 'data-side', null);
      let row = 0;
      let words = 'blocks';
      for (;;) {
        dots(row, rule);
        const note = words !== 'blocks' ? '' : rule === 'three' ? 'blocks_three' : 'blocks_one';
        tell(words, { note, main: words === 'blocks' ? 'blocks_throw' : 'blocks_more', other: 'blocks_skip', values: { n: number } });
        if (await answer(PATIENCE_MS) !== 'go') return true;
        tell('blocks_fall');
        const sides = thrown();
        await toss(sides);
        const how = called(sides);
        const verdict = judged(rule, row, how);
        row = verdict.row;
        root.dataset.throw = how;
        dots(row, rule);
        if (verdict.next === 'kept') {
          tell('blocks_yes', { note: 'blocks_yes_note' });
          await linger(calm() ? 400 : 1900);
          return true;
        }
        if (verdict.next === 'back') {
          tell(how === 'no' ? 'blocks_no' : 'blocks_laugh', { note: 'blocks_no_note', main: 'blocks_back', other: 'blocks_keep' });
          return await answer(PATIENCE_MS) !== 'go';
        }
        words = how === 'yes' ? 'blocks_yes_more' : 'blocks_laugh';
      }
    },
    /** The stick in the hand, while the question is on its way. */
    ask() {
      root.dataset.step = 'asking';
      byId('blocks').hidden = true;
      byId('three').hidden = true;
      tell('asking');
    },
    /** No more shaking is needed. */
    hush: () => hush(),
    /** Breaks the rite off, wherever it is, with `Left`. */
    leave() {
      gone = true;
      leave();
    },
  };
}
