// Tables whose rows stay the same elements while their figures change, so that nobody loses their place in them.

import { h, say } from './dom.js';
import { t } from './text.js';

/**
 * A table with a caption and heads. A column is `{ id, text(item), node?(item), state?(item), look? }`: `text` is written anew
 * each time, `node` is made once for a row. The first column names its row. `empty` is said where there is nothing. Roles are
 * written out, as a small screen sets the cells of a row below each other, and a table that is none to the eye must stay one.
 */
export function table(id, columns, empty) {
  const body = h('tbody', { role: 'rowgroup' });
  const note = h('p', { class: 'quiet empty' }, empty);
  const head = columns.map(({ id: column, look }) => h('th', { scope: 'col', role: 'columnheader', class: look }, t(column) || h('span', { class: 'unseen' }, t('actions'))));
  const region = h(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': t(id), 'data-testid': id },
    h('table', { role: 'table' }, h('caption', { class: 'unseen' }, t(id)), h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...head)), body),
  );
  const rows = new Map();
  return {
    element: h('div', {}, region, note),
    /** `key` tells items apart. */
    show(items, key) {
      const wanted = new Set(items.map(key));
      for (const [name, row] of rows) {
        if (wanted.has(name)) continue;
        if (row.element.contains(document.activeElement)) region.focus();
        row.element.remove();
        rows.delete(name);
      }
      items.forEach((item, place) => {
        const name = key(item);
        const row = rows.get(name) || make(columns, item);
        rows.set(name, row);
        row.update(item);
        if (body.children[place] !== row.element) body.insertBefore(row.element, body.children[place] || null);
      });
      region.hidden = !items.length;
      note.hidden = Boolean(items.length);
    },
  };
}

function make(columns, first) {
  const cells = columns.map(({ id, node, look }, place) => {
    const cell = h(place ? 'td' : 'th', { scope: place ? null : 'row', role: place ? 'cell' : 'rowheader', class: look, 'data-head': t(id) });
    if (node) cell.append(node(first));
    return cell;
  });
  return {
    element: h('tr', { role: 'row' }, ...cells),
    update(item) {
      columns.forEach(({ text, state, node }, place) => {
        if (!node) say(cells[place], text(item));
        if (state) cells[place].dataset.state = state(item);
      });
    },
  };
}

/** Words that do something when they are pressed twice; the second press within four seconds. */
export function twice(label, testid, act) {
  let timer = 0;
  const button = h('button', { type: 'button', class: 'twice', 'data-testid': testid, onclick: press }, label);
  function calm() {
    clearTimeout(timer);
    delete button.dataset.sure;
    say(button, label);
  }
  async function press() {
    if (!('sure' in button.dataset)) {
      button.dataset.sure = '';
      say(button, t('sure'));
      timer = setTimeout(calm, 4000);
      return;
    }
    calm();
    button.disabled = true;
    await act().catch(() => {});
    button.disabled = false;
  }
  return button;
}
