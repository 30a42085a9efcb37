// Numbers, durations, sizes and moments, as the language of the page writes them.

import { language, t, tag } from './text.js';

const unit = (name, digits = 0) => (value) => new Intl.NumberFormat(tag(language()), {
  style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits,
}).format(value);

export function number(value, digits = 0) {
  return new Intl.NumberFormat(tag(language()), { maximumFractionDigits: digits }).format(value);
}

export function percent(share) {
  return new Intl.NumberFormat(tag(language()), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Milliseconds, in the largest unit that says enough. */
export function duration(ms) {
  if (ms === undefined || ms === null) return t('none');
  if (ms < 950) return unit('millisecond')(Math.round(ms));
  const seconds = ms / 1000;
  if (seconds < 9.95) return unit('second', 1)(seconds);
  if (seconds < 100) return unit('second')(Math.round(seconds));
  if (seconds < 5400) return unit('minute')(Math.round(seconds / 60));
  if (seconds < 48 * 3600) return unit('hour', 1)(seconds / 3600);
  return unit('day')(Math.round(seconds / 86400));
}

export function bytes(count) {
  if (count === undefined) return t('none');
  const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const value = count / 1000 ** step;
  return unit(names[step], value < 10 && step ? 1 : 0)(value);
}

/** A moment of today by its time, another one by its day as well. */
export function moment(text) {
  const date = new Date(text);
  const today = date.toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit', second: today ? '2-digit' : undefined };
  return date.toLocaleString(tag(language()), today ? time : { month: 'short', day: 'numeric', ...time });
}

/** What to call a code of the server; one that is not known here stands for itself. */
export function coded(kind, code) {
  return t(`${kind}_${code}`) || code.replaceAll('_', ' ');
}
