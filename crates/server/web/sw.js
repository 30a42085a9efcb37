// Keeps the page for times without a network: the shell as one version, and finished readings. Never a stream.

const READINGS = 'kaucim-readings';
const SHELL = 'kaucim-shell-';
const API = '/api/v1/';

/** Called at the end of this script, by the line that the server writes there. */
function start({ version, files }) {
  const shell = SHELL + version;
  addEventListener('install', (event) => {
    skipWaiting();
    event.waitUntil(caches.open(shell).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' })))));
  });
  addEventListener('activate', (event) => event.waitUntil(forgetOther(shell).then(() => clients.claim())));
  addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    const wanted = url.pathname.startsWith(API) ? data(request, url) : page(request, url, shell, files);
    if (wanted) event.respondWith(wanted);
  });
  addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(look(event.notification.data));
  });
}

async function forgetOther(shell) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(SHELL) && name !== shell).map((name) => caches.delete(name)));
}

/** The network first, so that a new version is there at once; what is kept only where there is none. */
function page(request, url, shell, files) {
  const path = request.mode === 'navigate' ? '/' : url.pathname;
  if (request.method !== 'GET' || !files.includes(path) || (request.mode === 'navigate' && url.pathname !== '/')) return null;
  return fetch(request).catch(async (problem) => {
    const cache = await caches.open(shell);
    const kept = await cache.match(path);
    if (kept) return kept;
    throw problem;
  });
}

/** Finished readings, the journal's list and who can be asked are kept; everything else is not looked at. */
function data(request, url) {
  const rest = url.pathname.slice(API.length);
  const task = /^async-chat\/task\/[^/]+$/.test(rest);
  if (request.method === 'DELETE') return task || ['session', 'account'].includes(rest) ? erased(request, task) : null;
  if (request.method !== 'GET') return null;
  if (task) return kept(request, finished);
  if (rest === 'deities' || (rest === 'async-chat/history' && url.searchParams.get('limit') === '100')) return kept(request, () => true);
  return null;
}

async function kept(request, worth) {
  const cache = await caches.open(READINGS);
  try {
    const answer = await fetch(request);
    if (answer.ok && await worth(answer.clone())) await cache.put(request.url, answer.clone());
    if (answer.status === 404) await cache.delete(request.url);
    return answer;
  } catch (problem) {
    const before = await cache.match(request.url);
    if (before) return before;
    throw problem;
  }
}

async function finished(answer) {
  return ['completed', 'failed', 'cancelled'].includes((await answer.json()).status);
}

/** What is erased there is erased here. */
async function erased(request, task) {
  const answer = await fetch(request);
  if (answer.ok && task) await forgetReading(await caches.open(READINGS), request.url);
  else if (answer.ok) await caches.delete(READINGS);
  return answer;
}

/** What follows a reading goes with it. */
async function forgetReading(cache, url) {
  const id = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  await cache.delete(url);
  for (const request of await cache.keys()) {
    const kept = request.url.includes('/async-chat/task/') ? await (await cache.match(request)).json().catch(() => ({})) : {};
    if (kept.follows === id) await cache.delete(request);
  }
}

async function look(address) {
  const pages = await clients.matchAll({ type: 'window' });
  const open = pages.find((one) => one.url === address) || pages[0];
  return open ? open.focus() : clients.openWindow(address);
}
