// Keeps what is being written in sight, once the reader wants that, until the reader scrolls elsewhere.

import { calm } from './dom.js';

const PACE_MS = 700; // between two moves
const ROOM = 150; // pixels kept free below the text

/** `open()` answers the section being written. */
export function follower(open) {
  let on = false;
  let last = 0;

  function start() {
    on = true;
    move(true);
  }

  function stop() {
    on = false;
  }

  function keepUp(phase) {
    if (phase !== 'writing' && phase !== 'thinking') on = on && phase !== 'complete';
    if (on && performance.now() - last > PACE_MS) move(false);
  }

  function move(atOnce) {
    const box = open()?.getBoundingClientRect();
    if (!box) return;
    const top = box.bottom - (innerHeight - ROOM);
    const target = atOnce && box.height < innerHeight * 0.6 ? Math.min(top, box.top - innerHeight * 0.28) : top;
    if (!atOnce && top <= 0) return;
    last = performance.now();
    scrollBy({ top: atOnce ? target : top + 24, behavior: calm() ? 'auto' : 'smooth' });
  }

  for (const name of ['wheel', 'touchmove']) addEventListener(name, stop, { passive: true });
  addEventListener('keydown', (event) => {
    if (['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' '].includes(event.key)) stop();
  });
  return { start, stop, keepUp };
}
