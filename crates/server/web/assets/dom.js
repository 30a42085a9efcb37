// Makes elements. Text is only ever set as text, so nothing that a model or a pack says can become markup.

import { t, tag } from './text.js';

/** An element with properties (`class`, `lang`, `on…`, attributes) and children (text or nodes). */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'lang') element.setAttribute('lang', tag(value));
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

/** A text as nodes, with links for telephone numbers and addresses in all its lines but the first. */
export function linked(text) {
  const [first, ...lines] = text.split('\n');
  const link = /(https:\/\/[^\s<>"“”「」（）、；，。]*[^\s<>"“”「」（）、；，。.,;:!?])|([#+]?\d[\d -]{1,18}\d)/g;
  const nodes = [first];
  for (const line of lines) {
    let end = 0;
    nodes.push('\n');
    for (const found of line.matchAll(link)) {
      const [whole, address, number] = found;
      const href = address || `tel:${number.replaceAll(/[ -]/g, '').replace('#', '%23')}`;
      nodes.push(line.slice(end, found.index), h('a', { href, rel: 'noreferrer' }, whole));
      end = found.index + whole.length;
    }
    nodes.push(line.slice(end));
  }
  return nodes;
}

/** True in the frame of another site, where the server says so. */
export const EMBEDDED = 'embed' in document.documentElement.dataset;

export function byId(id) {
  return document.getElementById(id);
}

/** Sets text without touching the document when nothing changed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets or removes an attribute without touching the document when nothing changed. */
export function mark(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Writes the page's language into everything that is marked for it. */
export function translate(values = {}) {
  for (const element of document.querySelectorAll('[data-t]')) {
    const phrase = t(element.dataset.t, values);
    if (phrase) say(element, phrase);
  }
  for (const element of document.querySelectorAll('[data-t-placeholder]')) {
    mark(element, 'placeholder', t(element.dataset.tPlaceholder));
  }
  for (const element of document.querySelectorAll('[data-t-label]')) {
    mark(element, 'aria-label', t(element.dataset.tLabel));
    mark(element, 'title', t(element.dataset.tLabel));
  }
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** True where the reader asked for little motion. */
export function calm() {
  return still.matches;
}
