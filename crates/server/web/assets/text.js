// What the page itself says, in its three languages, and which language a passage is marked with.

import { CODES } from '/assets/text-codes.js';

const WORDS = {
  zh: {
    skip: '跳到內容', theme: '明暗', loading: '正在請籤……', foot: '籤詩是一面鏡子，照見的是自己的心。',
    hero: '心誠一問，靜待籤來',
    lead: '寫下心中的一件事，抽一支籤。解讀會在您眼前，一字一字寫成。',
    whom: '求問哪一位', deck: '籤本', lots: '共 {n} 籤', decks: '{n} 本籤', no_deity: '籤筒還是空的：這裡尚未放入任何籤本。',
    question: '所問何事', question_hint: '例如：今年適合換工作嗎？', one_matter: '一次只問一件事。',
    left: '還可寫 {n} 字', over: '超出 {n} 字', question_missing: '請先寫下您想問的事。', question_long: '問題請在一千字以內。',
    the_lot: '這支籤', draw: '為我抽一支籤', draw_note: '公平抽出，每支機會相等',
    own: '我已抽到籤了', own_note: '請填籤號，1 至 {n}', number_bad: '這本籤只有第一至第 {n} 籤。',
    language: '解讀用', language_auto: '依問題的文字', ask_draw: '搖籤求問', ask_own: '請解此籤', asking: '正在請籤……',
    rite: '請在心中默念所問之事', running: '您有一則解讀還在書寫，回去看',
    asked: '所問', lot_of: '{deity} · 第 {n} 籤', classic_verse: '籤詩', translation: '白話',
    tone_good: '吉', tone_mixed: '平', tone_warning: '宜慎', grade: '籤等',
    meaning_and_story: '籤意與典故', allusion: '典故', topics: '各事', classic: '古注', translated: '譯文', written: '今人所撰',
    kind_meaning: '籤意', kind_translation: '譯文', kind_sage: '聖意', kind_explanation: '解曰', kind_reference: '參考', kind_verse: '籤詩',
    kind_allusion: '典故', kind_topic: '各事', kind_verdict: '斷語',
    love: '姻緣', career: '事業', study: '學業', wealth: '求財', health: '健康', family: '家宅', travel: '出行',
    lost_things: '失物', lawsuits: '訴訟', childbirth: '生育', moving: '遷居', general: '總論',
    reading: '解讀', sealed: '已定稿', wet: '墨跡未乾', wet_note: '還在書寫，可能更改', unwritten: '未寫',
    phase_queued: '已收到，正在排隊', phase_queued_at: '已收到，前面還有 {n} 位', phase_retrieving: '正在翻查這支籤的典籍',
    phase_waiting_for_model: '正在等候執筆者', phase_thinking: '執筆者正在思量', phase_writing: '正在書寫：{title}',
    phase_next: '正在落筆', phase_complete: '解讀已寫完', phase_error: '解讀中斷了', phase_cancelled: '已停筆', phase_cancelling: '正在停筆……',
    storage: '暫時無法存檔，書寫仍在繼續，存妥就會顯示', lost: '連線中斷，正在自行重連；已寫成的不會遺失',
    seconds: '{n} 秒', usual: '通常約 {n} 秒', longer: '比平常久一些，仍在進行',
    cancel: '停筆', esc: '再按一次 Esc 就停筆', jump: '看正在寫的段落', of: '{n}／{of}',
    cancelled_note: '已依您的意思停筆。寫成的段落都留在這裡。', error_note: '寫成的段落都留在這裡。',
    again: '另問一事', again_lot: '以同一支籤再問', sources: '引用的典籍',
    origin_classic: '這一段取自古注，並非模型所寫', whole_classic: '這篇解讀全由籤本的古注寫成，沒有使用模型。',
    whole_mixed: '部分段落取自籤本的古注，沒有使用模型。', by: '執筆：{name}', took: '{n} 秒寫成',
    notice_safety: '請先看這裡', notice_fallback: '換了執筆者', notice_repair: '有一段重寫了',
    not_found: '找不到這則解讀。它可能已被刪除，或屬於另一個瀏覽器。', no_matter: '（此籤無此項）',
  },
  en: {
    skip: 'Skip to the content', theme: 'Light or dark', loading: 'Fetching the lots …', foot: 'A lot is a mirror: what it shows is your own heart.',
    hero: 'Hold one question in mind',
    lead: 'Write down what you want to ask and draw a temple lot. Its reading will be written before your eyes, word by word.',
    whom: 'Whom to ask', deck: 'Set of lots', lots: '{n} lots', decks: '{n} sets of lots', no_deity: 'The cylinder is empty: no set of lots has been placed here yet.',
    question: 'Your question', question_hint: 'For example: is this a good year to change jobs?', one_matter: 'One matter at a time.',
    left: '{n} characters left', over: '{n} characters too many', question_missing: 'Please write down your question first.', question_long: 'Please keep the question within 1,000 characters.',
    the_lot: 'The lot', draw: 'Draw a lot for me', draw_note: 'Drawn fairly, every lot as likely',
    own: 'I already drew one', own_note: 'Its number, 1 to {n}', number_bad: 'This set has lots 1 to {n}.',
    language: 'Reading in', language_auto: 'the language of my question', ask_draw: 'Shake and ask', ask_own: 'Read my lot', asking: 'Asking …',
    rite: 'Hold your question quietly in mind', running: 'A reading of yours is still being written. Return to it',
    asked: 'You asked', lot_of: '{deity} · Lot {n}', classic_verse: 'Verse', translation: 'In English',
    tone_good: 'Favourable', tone_mixed: 'Mixed', tone_warning: 'A word of caution', grade: 'Grade',
    meaning_and_story: 'Meaning and story', allusion: 'The story behind it', topics: 'By matter', classic: 'classic text', translated: 'translation', written: 'written for this set',
    kind_meaning: 'Meaning', kind_translation: 'Translation', kind_sage: 'The sage’s intent', kind_explanation: 'Explanation', kind_reference: 'Reference', kind_verse: 'Verse',
    kind_allusion: 'Story', kind_topic: 'By matter', kind_verdict: 'Verdict',
    love: 'Love', career: 'Work', study: 'Study', wealth: 'Money', health: 'Health', family: 'Home', travel: 'Travel',
    lost_things: 'Lost things', lawsuits: 'Disputes', childbirth: 'Childbirth', moving: 'Moving', general: 'In general',
    reading: 'The reading', sealed: 'sealed', wet: 'the ink is still wet', wet_note: 'Still being written, and may change', unwritten: 'not written',
    phase_queued: 'Received, waiting its turn', phase_queued_at: 'Received, {n} ahead of you', phase_retrieving: 'Looking up what belongs to this lot',
    phase_waiting_for_model: 'Waiting for the writer', phase_thinking: 'The writer is thinking', phase_writing: 'Writing: {title}',
    phase_next: 'Writing', phase_complete: 'The reading is complete', phase_error: 'The reading broke off', phase_cancelled: 'Stopped', phase_cancelling: 'Stopping …',
    storage: 'Storage is away for the moment; the writing goes on and will show once it is kept', lost: 'Connection lost, reconnecting by itself; nothing written is lost',
    seconds: '{n} s', usual: 'usually about {n} s', longer: 'longer than usual, still going',
    cancel: 'Stop', esc: 'Press Esc once more to stop', jump: 'Go to what is being written', of: '{n} of {of}',
    cancelled_note: 'Stopped, as you wished. What was written stays here.', error_note: 'What was written stays here.',
    again: 'Ask another question', again_lot: 'Ask again with this lot', sources: 'Passages consulted',
    origin_classic: 'From the classic commentary, written without a model', whole_classic: 'This whole reading comes from the set’s classic commentary. No model wrote it.',
    whole_mixed: 'Some parts come from the set’s classic commentary, written without a model.', by: 'Written by {name}', took: 'in {n} s',
    notice_safety: 'Please read this first', notice_fallback: 'Another writer took over', notice_repair: 'A part was rewritten',
    not_found: 'This reading could not be found. It may have been erased, or belong to another browser.', no_matter: '(nothing for this lot)',
  },
  ja: {
    skip: '本文へ', theme: '明暗', loading: '籤を用意しています……', foot: '籤は鏡。映るのは、ご自身の心です。',
    hero: '心に、ひとつの問いを',
    lead: 'お尋ねになりたいことを書き、籤を一本お引きください。読み解きが、目の前で一字ずつ綴られてゆきます。',
    whom: 'どなたに尋ねますか', deck: '籤の版', lots: '全{n}籤', decks: '{n}種の籤', no_deity: '籤筒はまだ空です。籤がひとつも納められていません。',
    question: 'お尋ねになりたいこと', question_hint: '例：今年、転職してもよいでしょうか。', one_matter: '一度にひとつのことを。',
    left: 'あと{n}字', over: '{n}字超えています', question_missing: 'まず、お尋ねになりたいことをお書きください。', question_long: '千字以内でお書きください。',
    the_lot: '籤', draw: '籤を引く', draw_note: '公平に、どの籤も同じ確率で',
    own: 'すでに引いた籤がある', own_note: '番号（1〜{n}）', number_bad: 'この籤は第1番から第{n}番までです。',
    language: '読み解きの言語', language_auto: '質問の言語に合わせる', ask_draw: '籤を振って尋ねる', ask_own: 'この籤を読む', asking: '籤を伺っています……',
    rite: '心の中で、問いを静かにお念じください', running: '読み解きがまだ綴られています。そちらへ戻る',
    asked: 'お尋ね', lot_of: '{deity} ・ 第{n}番', classic_verse: '籤詩', translation: '訳',
    tone_good: '吉', tone_mixed: '平', tone_warning: '慎みを', grade: '吉凶',
    meaning_and_story: '意味と故事', allusion: '故事', topics: '事ごとに', classic: '古注', translated: '訳文', written: '書き下ろし',
    kind_meaning: '意味', kind_translation: '訳', kind_sage: '聖意', kind_explanation: '解', kind_reference: '参考', kind_verse: '籤詩',
    kind_allusion: '故事', kind_topic: '事ごとに', kind_verdict: '判断',
    love: '縁談', career: '仕事', study: '学業', wealth: '金運', health: '健康', family: '家庭', travel: '旅行',
    lost_things: '失せ物', lawsuits: '争い事', childbirth: 'お産', moving: '転居', general: '全般',
    reading: '読み解き', sealed: '確定', wet: '墨はまだ乾いていません', wet_note: '書きかけです。変わることがあります', unwritten: '未記入',
    phase_queued: '承りました。順番を待っています', phase_queued_at: '承りました。前に{n}人', phase_retrieving: 'この籤の典拠を調べています',
    phase_waiting_for_model: '書き手を待っています', phase_thinking: '書き手が思案しています', phase_writing: '執筆中：{title}',
    phase_next: '執筆中', phase_complete: '読み解きが書き上がりました', phase_error: '読み解きが途切れました', phase_cancelled: '筆を止めました', phase_cancelling: '筆を止めています……',
    storage: 'いまは保存できません。執筆は続いており、保存され次第表示されます', lost: '接続が切れました。自動で再接続しています。書かれた文は失われません',
    seconds: '{n}秒', usual: 'ふつうは約{n}秒', longer: 'いつもより長くかかっていますが、続いています',
    cancel: '筆を止める', esc: 'もう一度 Esc で筆を止めます', jump: '書いているところへ', of: '{n}／{of}',
    cancelled_note: 'ご希望により筆を止めました。書かれた文はこのまま残ります。', error_note: '書かれた文はこのまま残ります。',
    again: '別のことを尋ねる', again_lot: '同じ籤でもう一度尋ねる', sources: '参照した典拠',
    origin_classic: '古注からの文で、モデルは使っていません', whole_classic: 'この読み解きはすべて古注から組まれ、モデルは使っていません。',
    whole_mixed: '一部は古注からの文で、モデルは使っていません。', by: '書き手：{name}', took: '{n}秒で執筆',
    notice_safety: 'はじめにお読みください', notice_fallback: '書き手が替わりました', notice_repair: '一部を書き直しました',
    not_found: 'この読み解きは見つかりません。消去されたか、別のブラウザのものかもしれません。', no_matter: '（この籤には記載なし）',
  },
};

/** Titles of sections that the server has not named yet, in the language of the reading. */
const TITLES = {
  zh: ['逐句解籤', '整體運勢', '有利之處', '需要留意', '可行之事', '補充說明', '結語'],
  'zh-Hans': ['逐句解签', '整体运势', '有利之处', '需要留意', '可行之事', '补充说明', '结语'],
  en: ['Line by line', 'The whole picture', 'In your favour', 'What to watch', 'What you can do', 'Further notes', 'In closing'],
  ja: ['一句ごとの読み', '全体の流れ', '追い風となるもの', '気をつけたいこと', 'できること', '補足', '結び'],
};

let ui = 'zh';

export const LANGUAGES = Object.keys(WORDS);

export function language() {
  return ui;
}

export function setLanguage(code) {
  ui = WORDS[code] ? code : 'zh';
}

/** The interface language that suits this browser. */
export function preferred(wanted = navigator.languages || [navigator.language]) {
  for (const tag of wanted) {
    const primary = String(tag).toLowerCase().split('-')[0];
    if (WORDS[primary]) return primary;
  }
  return 'en';
}

/** A phrase of the page, with `{name}` filled in; an unknown key answers nothing. */
export function t(key, values = {}) {
  const phrase = WORDS[ui][key];
  return phrase && phrase.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** What to tell the reader of a code of the server, or nothing when it is not known here. */
export function codeText(code) {
  return CODES[ui][code];
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
