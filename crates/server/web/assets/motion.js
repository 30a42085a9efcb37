// The phone's motion as strength of shaking; asks for leave only where a browser wants it to be asked for.

import { byId } from './dom.js';

const GENTLE = 7; // m/s²; less is a hand that only holds the phone

/** Tells `add` how strongly the phone is moved, until the signal. */
export function motion(signal, add) {
  const wanted = globalThis.DeviceMotionEvent?.requestPermission;
  const button = byId('rite-motion');
  button.hidden = !wanted || !matchMedia('(pointer: coarse)').matches;
  if (wanted) {
    button.addEventListener('click', async () => {
      button.hidden = true;
      await wanted.call(DeviceMotionEvent).catch(() => {}); // a no leaves the other ways
    }, { signal });
  }
  addEventListener('devicemotion', (event) => {
    const still = !event.acceleration?.x && event.acceleration?.x !== 0;
    const { x, y, z } = (still ? event.accelerationIncludingGravity : event.acceleration) || {};
    const much = Math.hypot(x || 0, y || 0, z || 0) - (still ? 9.81 : 0);
    if (much > GENTLE) add(much);
  }, { signal });
}
