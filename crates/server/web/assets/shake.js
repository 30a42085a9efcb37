// The asker's part of a draw: when and where the cylinder was shaken, together with chance, as one text.

const EVENTS = ['pointermove', 'pointerdown', 'pointerup', 'keydown', 'keyup', 'wheel', 'devicemotion', 'touchmove'];
const MOST = 4096; // moments that are kept

/** Watches until the nonce is asked for. What the server cannot foresee is in it even where nothing was moved. */
export function watchShaking() {
  const moments = [performance.timeOrigin, performance.now()];
  const notice = (event) => {
    if (moments.length >= MOST) return;
    const { x, y, z } = event.acceleration || event.accelerationIncludingGravity || {};
    moments.push(event.timeStamp, performance.now(), event.clientX ?? x ?? 0, event.clientY ?? y ?? 0, event.deltaY ?? z ?? 0);
  };
  for (const name of EVENTS) addEventListener(name, notice, { passive: true });
  return {
    /** 64 hexadecimal digits. */
    async nonce() {
      for (const name of EVENTS) removeEventListener(name, notice);
      const chance = crypto.getRandomValues(new Uint8Array(32));
      // Plain HTTP on a local network has no hashes; then it is chance alone.
      if (!crypto.subtle) return hexadecimal(chance);
      const shaken = new Uint8Array(new Float64Array(moments).buffer);
      const both = new Uint8Array(chance.length + shaken.length);
      both.set(chance);
      both.set(shaken, chance.length);
      return hexadecimal(new Uint8Array(await crypto.subtle.digest('SHA-256', both)));
    },
    stop() {
      for (const name of EVENTS) removeEventListener(name, notice);
    },
  };
}

function hexadecimal(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
