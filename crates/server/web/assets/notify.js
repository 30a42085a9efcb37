// Says that a reading is ready while its page is out of sight. Asked for by the reader, never assumed.

import { keep, recall } from './keep.js';

const WANTED = 'kaucim.notify';

/** Whether this browser could tell, and nobody has asked it to or forbidden it yet. */
export function canOffer() {
  return 'Notification' in globalThis && isSecureContext && Notification.permission !== 'denied' && !wanted();
}

/** Asks the browser for leave; answers whether it was given. */
export async function askLeave() {
  const leave = await Notification.requestPermission();
  if (leave === 'granted') keep(WANTED, 'on');
  return leave === 'granted';
}

/** Tells it, where it is wanted and the page cannot be seen. */
export async function tell(title, body) {
  if (!document.hidden || !wanted()) return;
  // One that is still being installed cannot tell anything yet.
  const worker = await navigator.serviceWorker?.getRegistration() && await navigator.serviceWorker.ready;
  const how = { body, tag: 'kaucim-reading', icon: '/assets/icon-192.png', data: location.href };
  if (worker) await worker.showNotification(title, how);
  else new Notification(title, how).onclick = () => focus();
}

function wanted() {
  return recall(WANTED) === 'on' && globalThis.Notification?.permission === 'granted';
}
