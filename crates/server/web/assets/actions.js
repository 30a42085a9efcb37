// What can be done with a finished reading: mark it, share it, hear it, print it, take it to another device.

import * as api from './api.js';
import { copied } from './copy.js';
import { h, mark, say } from './dom.js';
import { isFavourite, toggleFavourite } from './favourites.js';
import { t } from './text.js';

const SIGNS = {
  favourite: 'M12 20C5 14.500 3 11 3 8.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 9 1.300C21 11 19 14.500 12 20Z',
  share: 'M12 15V4M8 7.500L12 3.500L16 7.500M5 12V20H19V12',
  listen: 'M4 10V14H8L13 18V6L8 10ZM16.500 9A4.200 4.200 0 0 1 16.500 15M19 6.500A8 8 0 0 1 19 17.500',
  print: 'M7 9V4H17V9M7 17H4V9H20V17H17M7 14H17V20H7Z',
  handoff: 'M8 3H16V21H8ZM11 18H13',
};

let opened = { task: '', name: '' }; // the panel that stays open while everything around it is drawn anew
let link = null; // the one that was made last

/** A row of buttons, with a place below it for what they open. */
export function actions(state, canTake) {
  const id = state.taskId;
  const place = h('div', { class: 'action-place' });
  const panels = {
    share: async () => (await import('./share.js')).sharing(state),
    report: async () => (await import('./report.js')).reporting(id),
    handoff: (anew) => handingOff(id, anew),
  };
  const toggle = (name) => () => open(opened.task === id && opened.name === name ? '' : name, true);
  const favourite = button('favourite', () => pressed(favourite, toggleFavourite(id)));
  const listen = button('listen', async () => {
    const { speak } = await import('./voice.js');
    const on = speak(state, () => pressed(listen, false));
    pressed(listen, on);
  });
  const row = h(
    'div',
    { class: 'actions', role: 'group', 'aria-label': t('afterwards') },
    favourite,
    button('share', toggle('share')),
    'speechSynthesis' in globalThis ? listen : '',
    button('print', () => print()),
    canTake ? button('handoff', toggle('handoff')) : '',
  );
  const complain = h('button', { type: 'button', class: 'plain complain', 'data-testid': 'report', onclick: toggle('report') }, t('report'));
  pressed(favourite, isFavourite(id));
  if (opened.task === id) open(opened.name, false);
  return [row, complain, place];

  async function open(name, byHand) {
    opened = { task: name && id, name };
    const panel = name ? await panels[name](byHand) : '';
    if (opened.name !== name) return; // another one was opened meanwhile
    place.replaceChildren(panel);
    if (byHand && panel) panel.querySelector('textarea, input')?.focus();
    if (byHand && name === 'handoff') panel.querySelector('input')?.select();
  }
}

function button(name, onclick) {
  return h('button', { type: 'button', class: 'action', 'data-testid': name, onclick }, sign(name), h('span', {}, t(name)));
}

function sign(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', SIGNS[name]);
  svg.append(path);
  return svg;
}

function pressed(element, on) {
  mark(element, 'aria-pressed', String(on));
}

/** A link that opens this reading on another device, for a short while; servers without it say so. */
async function handingOff(id, anew) {
  if (anew || link?.id !== id) link = await api.handOff(id).then((made) => ({ id, ...made }), () => null);
  if (!link) return h('p', { class: 'quiet', role: 'status' }, t('handoff_none'));
  const { url, qr, expires_at: until } = link;
  const minutes = Math.max(1, Math.round((new Date(until) - Date.now()) / 60000));
  const field = h('input', { readonly: true, 'data-testid': 'handoff-link', value: url, 'aria-label': t('handoff') });
  const copy = h('button', { type: 'button', class: 'plain', onclick: async () => say(copy, t(await copied(url, copy) ? 'copied' : 'copy_failed')) }, t('copy_link'));
  // As an image no script of it would run, whatever stood in it.
  const picture = qr && h('img', { class: 'qr', 'data-testid': 'handoff-qr', alt: t('handoff_qr'), src: `data:image/svg+xml,${encodeURIComponent(qr)}` });
  return h('div', { class: 'panel' }, h('p', {}, t('handoff_how', { n: minutes })), picture, field, copy);
}
