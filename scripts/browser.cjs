// What the scripts that look at the page share: our programs, and a Chromium that is spoken to through pipes.
// The programs are those of the folder that the first argument names, or of target/release.

const { spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const root = path.dirname(__dirname);
const programs = path.resolve(root, process.argv[2] || 'target/release');
const folder = mkdtempSync(path.join(tmpdir(), 'kaucim-page-'));
const started = [];

async function dress(page, { width, height, scale, dark = false }) {
  await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false });
  await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
}

/** Chromium, spoken to through pipes: messages are JSON, each ended by a zero byte. */
function openBrowser() {
  const child = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe', `--user-data-dir=${folder}/browser`,
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  started.push(child);
  const waiting = new Map();
  const hears = new Map();
  let last = 0;
  let rest = '';
  child.stdio[4].setEncoding('utf8').on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const { id, result, error, method, params } of messages.map((message) => JSON.parse(message))) {
      if (method) hears.get(method)?.(params);
      const { resolve, reject } = waiting.get(id) || {};
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
      waiting.delete(id);
    }
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });
  return {
    send,
    /** Calls this with what the browser tells by that name. */
    on: (method, hear) => hears.set(method, hear),
    /** A page of its own visitor. */
    async page() {
      const { browserContextId } = await send('Target.createBrowserContext');
      const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const call = (method, params) => send(method, params, sessionId);
      const run = async (expression) => (await call('Runtime.evaluate', { expression, returnByValue: true })).result.value;
      const until = async (condition) => {
        for (const end = Date.now() + 60000; !await run(`Boolean(${condition})`);) {
          if (Date.now() > end) throw new Error(`never became true: ${condition}`);
          await new Promise((resolve) => { setTimeout(resolve, 50); });
        }
      };
      const open = async (url) => {
        await call('Page.navigate', { url });
        await until('location.href !== "about:blank" && document.readyState === "complete"');
      };
      return { send: call, run, until, open };
    },
  };
}

/** Starts one of our programs; its address is what `ready` finds in its words. */
function start(program, args, ready, settings = {}) {
  const child = spawn(path.join(programs, program), args, { env: { ...process.env, ...settings } });
  started.push(child);
  return new Promise((resolve, reject) => {
    let words = '';
    const listen = (chunk) => {
      words += chunk;
      const found = ready.exec(words);
      if (found) resolve(found[1] || found[0]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${program} ended: ${words}`)));
  });
}

/** Waits for the work, and clears up whatever came of it. */
function finish(work) {
  return work
    .catch((problem) => {
      console.error(problem.message);
      process.exitCode = 1;
    })
    .finally(() => {
      for (const child of started) child.kill();
      setTimeout(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }), 500);
    });
}

module.exports = { root, programs, folder, start, openBrowser, dress, finish };
