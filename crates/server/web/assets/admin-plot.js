// Small plots of the last hour, drawn as SVG: a line for what there was, bars for what happened. Each says in words what it shows.

import { h, mark, say } from './dom.js';
import { moment, number } from './admin-format.js';
import { t } from './text.js';

const SPACE = 'http://www.w3.org/2000/svg';
const HEIGHT = 56;
const TOP = 6;
const SLOTS = 360;
const BARS = 36;

function svg(name, props = {}) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(props)) element.setAttribute(key, value);
  return element;
}

/** A card: what it is, its value now, a word about it, and how it was in the last hour. */
export function card(id, draw) {
  const label = h('h3', {}, t(id));
  const value = h('p', { class: 'value', 'data-testid': `now-${id}` });
  const note = h('p', { class: 'note' });
  const picture = svg('svg', { class: 'plot', role: 'img', 'aria-label': t(id) });
  const scale = h('p', { class: 'scale', 'aria-hidden': 'true' }, h('span', {}, t('hour')), h('span'));
  const element = h('article', { class: 'card', 'data-testid': `card-${id}` }, label, value, note, picture, scale);
  let told = null; // what is shown where the pointer is
  let shown = null;
  picture.addEventListener('pointermove', (event) => {
    const { left, width } = picture.getBoundingClientRect();
    told = (event.clientX - left) / width;
    tell();
  });
  picture.addEventListener('pointerleave', () => {
    told = null;
    tell();
  });
  function tell() {
    if (!shown) return;
    say(scale.firstChild, told === null ? t('hour') : shown.at(told) || t('hour'));
    say(scale.lastChild, told === null ? shown.most : '');
  }
  return {
    element,
    /** `hour` is what the server remembers; what is drawn from it is the card's own affair. */
    show(now, words, hour) {
      say(value, now);
      say(note, words);
      if (!hour) return;
      const width = Math.max(120, Math.round(picture.clientWidth || 240));
      mark(picture, 'viewBox', `0 0 ${width} ${HEIGHT}`);
      shown = draw(picture, hour, { id, width, now });
      mark(picture, 'aria-label', shown.words);
      tell();
    },
  };
}

/** Moments are told by where they stand: the last look is at the right edge. */
function when(hour, slot) {
  const until = Date.parse(hour.until);
  return Number.isNaN(until) ? '' : moment(until - (SLOTS - 1 - slot) * hour.every_seconds * 1000);
}

/** A line through the values of `pick`; where there is none, the line has a gap. */
export function line(pick, say_value = number) {
  return (picture, hour, { id, width, now }) => {
    const values = pick(hour);
    const known = values.filter((value) => value !== null);
    const high = Math.max(0, ...known);
    const top = high || 1;
    const offset = SLOTS - values.length;
    const x = (place) => ((place + offset) / (SLOTS - 1)) * width;
    const y = (value) => HEIGHT - 1.5 - (value / top) * (HEIGHT - TOP - 1.5);
    const strokes = [];
    const areas = [];
    let run = [];
    const close = () => {
      if (run.length) {
        const points = run.map(([place, value]) => `${x(place).toFixed(1)} ${y(value).toFixed(1)}`);
        // A single look is a dot: a line of no length with round ends.
        strokes.push(`M${points.join('L')}${run.length === 1 ? `L${points[0]}` : ''}`);
        areas.push(`M${x(run[0][0]).toFixed(1)} ${HEIGHT}L${points.join('L')}L${x(run.at(-1)[0]).toFixed(1)} ${HEIGHT}Z`);
      }
      run = [];
    };
    // What is told now and then only is joined across a minute.
    let silent = 0;
    values.forEach((value, place) => {
      if (value === null) {
        silent += 1;
        if (silent > 6) close();
        return;
      }
      silent = 0;
      run.push([place, value]);
    });
    close();
    picture.replaceChildren(
      svg('path', { class: 'plot-ground', d: `M0 ${HEIGHT - 0.5}H${width}` }),
      svg('path', { class: 'plot-area', d: areas.join('') }),
      svg('path', { class: 'plot-line', d: strokes.join('') }),
    );
    const low = known.length ? Math.min(...known) : 0;
    return {
      most: known.length ? t('most', { n: say_value(high) }) : '',
      words: known.length
        ? t('plot', { label: t(id), now, low: say_value(low), high: say_value(high) })
        : t('plot_none', { label: t(id) }),
      at(share) {
        const slot = Math.round(share * (SLOTS - 1));
        const value = values[slot - offset];
        return value === undefined || value === null ? '' : `${when(hour, slot)} · ${say_value(value)}`;
      },
    };
  };
}

/** Bars of what ended well, with what failed on top, each of a thirty-sixth of the hour. */
export function bars(pickGood, pickBad) {
  return (picture, hour, { id, width }) => {
    const per = SLOTS / BARS;
    const sums = (values) => {
      const offset = SLOTS - values.length;
      const sum = Array(BARS).fill(0);
      values.forEach((value, place) => { sum[Math.floor((place + offset) / per)] += value; });
      return sum;
    };
    const [good, bad] = [sums(pickGood(hour)), sums(pickBad(hour))];
    const high = Math.max(0, ...good.map((value, place) => value + bad[place]));
    const scale = (HEIGHT - TOP) / (high || 1);
    const step = width / BARS;
    const shapes = [svg('path', { class: 'plot-ground', d: `M0 ${HEIGHT - 0.5}H${width}` })];
    good.forEach((value, place) => {
      const at = { x: (place * step + step * 0.15).toFixed(1), width: (step * 0.7).toFixed(1) };
      const failed = bad[place];
      if (value) shapes.push(svg('rect', { class: 'plot-good', ...at, y: HEIGHT - value * scale, height: value * scale }));
      if (failed) shapes.push(svg('rect', { class: 'plot-bad', ...at, y: HEIGHT - (value + failed) * scale, height: failed * scale }));
    });
    picture.replaceChildren(...shapes);
    const all = (values) => number(values.reduce((sum, value) => sum + value, 0));
    return {
      most: high ? t('most', { n: number(high) }) : '',
      words: t('plot_bars', { label: t(id), good: all(good), bad: all(bad) }),
      at(share) {
        const bar = Math.min(BARS - 1, Math.max(0, Math.floor(share * BARS)));
        return `${when(hour, bar * per)} · ${t('ended_note', { good: number(good[bar]), bad: number(bad[bar]) })}`;
      },
    };
  };
}

/** A bar of a share between 0 and 1, beside words that say the same. */
export function gauge(share, alarming = false) {
  const picture = svg('svg', { class: alarming ? 'gauge alarming' : 'gauge', 'aria-hidden': 'true', height: 6, width: '100%' });
  const filled = Math.max(0, Math.min(1, share)) * 100;
  picture.append(
    svg('rect', { class: 'gauge-ground', width: '100%', height: 6, rx: 3 }),
    svg('rect', { class: 'gauge-fill', width: `${filled.toFixed(1)}%`, height: 6, rx: 3 }),
  );
  return picture;
}
