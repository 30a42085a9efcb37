// Remembers small things in this browser: choices for good, what belongs to one tab for as long as that tab.

const memory = new Map(); // for browsers whose storage is switched off

/** Keeps a text under a name; an empty text forgets it. */
export function keep(name, value, where = 'localStorage') {
  memory.set(name, value);
  try {
    if (value) window[where].setItem(name, value);
    else window[where].removeItem(name);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

export function recall(name, where = 'localStorage') {
  try {
    return window[where].getItem(name) ?? '';
  } catch {
    return memory.get(name) ?? '';
  }
}

/** What was kept as JSON, or the `otherwise` where there is nothing that can be read. */
export function recallJson(name, otherwise, where = 'localStorage') {
  try {
    return JSON.parse(recall(name, where)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Forgets everything whose name begins like this, in both places. */
export function forgetAll(beginning) {
  memory.clear();
  for (const where of ['localStorage', 'sessionStorage']) {
    try {
      const storage = window[where];
      for (const name of Object.keys(storage)) if (name.startsWith(beginning)) storage.removeItem(name);
    } catch {
      // Nothing was kept where nothing can be.
    }
  }
}

export function pause(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
