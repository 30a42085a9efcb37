// Says things in the page's language, and tells which language a passage is marked with.

/** Titles of sections that the server has not named yet, as it will name them in the language of the reading. */
const TITLES = {
  zh: ['逐句解讀', '整體運勢', '有利之處', '需留意處', '可行之事', '補充說明', '總結'],
  'zh-Hans': ['逐句解读', '整体运势', '有利之处', '需留意处', '可行之事', '补充说明', '总结'],
  en: ['Line by line', 'How things develop', 'What is in favour', 'What to watch for', 'What you can do', 'Further notes', 'In short'],
  ja: ['句ごとの解釈', '全体の流れ', '追い風となるもの', '心に留めること', 'できること', '補足', '結び'],
};

export const LANGUAGES = ['zh', 'en', 'ja'];

let ui = 'zh';
let words = {};
let codes = {};

export function language() {
  return ui;
}

/** Loads a language and speaks it from then on, in the words of this page (`text`) or of another one. */
export async function setLanguage(code, page = 'text') {
  const { WORDS, CODES } = await import(`./${page}-${code}.js`);
  [ui, words, codes] = [code, WORDS, CODES];
}

/** The interface language that suits this browser. */
export function preferred(wanted = navigator.languages || [navigator.language]) {
  for (const tag of wanted) {
    const primary = String(tag).toLowerCase().split('-')[0];
    if (LANGUAGES.includes(primary)) return primary;
  }
  return 'en';
}

/** A phrase of the page, with `{name}` filled in and in the singular for `n` of 1; an unknown key answers nothing. */
export function t(key, values = {}) {
  const phrase = (values.n === 1 && words[`${key}_one`]) || words[key];
  return phrase && phrase.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** What to tell the reader of a code of the server, or nothing when it is not known here. */
export function codeText(code) {
  return codes[code];
}

export function sectionTitle(section, reading) {
  return section.title || (TITLES[reading] || TITLES[ui])[section.rank] || section.id.replaceAll('_', ' ');
}

/** One of a name's languages: the page's own, then those that are most likely there. */
export function pick(names, wanted = ui) {
  if (!names) return { text: '', lang: wanted };
  const lang = [wanted, ui, 'zh', 'en', 'ja', ...Object.keys(names)].find((code) => names[code]);
  return { text: lang ? names[lang] : '', lang: lang || wanted };
}

/** The tag for a `lang` attribute: `zh` is Traditional Chinese here. */
export function tag(code) {
  return code === 'zh' ? 'zh-Hant' : code || '';
}

/** The language that a short text is most likely in, where nobody said it. */
export function guess(text) {
  if (/[\u3041-\u30fa]/u.test(text)) return 'ja';
  return /\p{Script=Han}/u.test(text) || !/\p{Script=Latin}/u.test(text) ? 'zh' : 'en';
}

/** The nearest known code for an answer that carries an unknown one. */
export function codeOfStatus(status) {
  switch (status) {
    case 0: return 'offline';
    case 401: case 403: return 'unauthenticated';
    case 404: case 410: return 'task_not_found';
    case 409: return 'task_running';
    case 413: return 'body_too_large';
    case 400: case 422: return 'invalid_request';
    case 429: return 'rate_limited';
    case 503: return 'storage_unavailable';
    default: return 'internal';
  }
}
