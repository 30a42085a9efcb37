// What the page says for the server's codes, in its three languages: what happened, and what to do.

export const CODES = {
  zh: {
    offline: '連不上。請看看網路，再按一次就好，同一問不會送出兩次。',
    task_running: '您有一則解讀還在書寫，請等它寫完再問。',
    rate_limited: '問得有些急了。請稍歇片刻再問。',
    queue_full: '此刻求問的人很多。請稍歇片刻再問。',
    storage_unavailable: '暫時無法收下您的問題。問題還在這裡，請過一會兒再送出。',
    question_invalid: '問題需要一至一千字，請改一改再送出。',
    unknown_deity: '這裡沒有供奉這一位，請重新選擇。',
    unknown_deck: '這本籤已經不在了，請重新選擇。',
    unknown_lot: '這本籤沒有這個籤號，請再看一眼籤支。',
    body_too_large: '問題太長了，請寫短一些。',
    unauthorized: '這次的通行已過期。請重新整理頁面。',
    idempotency_mismatch: '這一問已經用別的內容送出過了。請再按一次。',
    not_found: '找不到這則解讀。它可能已被刪除，或屬於另一個瀏覽器。',
    attempts_exhausted: '試了幾次都沒能寫完，實在抱歉。',
    model_unavailable: '執筆者暫時不在。請稍後再問。',
    deadline_exceeded: '這次寫得太久，只好停下。請稍後再問。',
    internal: '我們這邊出了差錯，實在抱歉。請稍後再問。',
    wait: '{n} 秒後可以再問。', go: '前往那則解讀',
  },
  en: {
    offline: 'The server could not be reached. Check your connection and press again; the same question is never sent twice.',
    task_running: 'A reading of yours is still being written. Let it finish before you ask again.',
    rate_limited: 'That was a little fast. Rest a moment, then ask again.',
    queue_full: 'Many people are asking right now. Rest a moment, then ask again.',
    storage_unavailable: 'Your question cannot be taken in just now. It is still here; send it again in a little while.',
    question_invalid: 'A question takes 1 to 1,000 characters. Please change it and send it again.',
    unknown_deity: 'This deity is not present here. Please choose again.',
    unknown_deck: 'This set of lots is no longer here. Please choose again.',
    unknown_lot: 'This set has no lot of that number. Please look at your stick once more.',
    body_too_large: 'The question is too long. Please shorten it.',
    unauthorized: 'Your visit has expired. Please reload the page.',
    idempotency_mismatch: 'This question was already sent with other content. Please press again.',
    not_found: 'This reading could not be found. It may have been erased, or belong to another browser.',
    attempts_exhausted: 'Several attempts did not succeed. We are sorry.',
    model_unavailable: 'The writer is away for now. Please ask again later.',
    deadline_exceeded: 'This took too long and had to stop. Please ask again later.',
    internal: 'Something went wrong on our side. We are sorry; please ask again later.',
    wait: 'You can ask again in {n} s.', go: 'Go to that reading',
  },
  ja: {
    offline: '接続できませんでした。通信をご確認のうえ、もう一度押してください。同じ問いが二度送られることはありません。',
    task_running: '読み解きがまだ綴られています。書き上がるまでお待ちください。',
    rate_limited: '少しお急ぎのようです。ひと息ついて、またお尋ねください。',
    queue_full: 'ただいま大勢の方がお尋ねです。ひと息ついて、またお尋ねください。',
    storage_unavailable: 'いまはお預かりできません。問いはここに残っています。しばらくしてからお送りください。',
    question_invalid: '問いは1字から千字までです。直してからお送りください。',
    unknown_deity: 'この神様はここにはおられません。選び直してください。',
    unknown_deck: 'この版の籤はもうありません。選び直してください。',
    unknown_lot: 'その番号の籤はありません。籤棒をもう一度お確かめください。',
    body_too_large: '問いが長すぎます。短くしてください。',
    unauthorized: '有効期限が切れました。ページを読み込み直してください。',
    idempotency_mismatch: 'この問いは別の内容ですでに送られています。もう一度押してください。',
    not_found: 'この読み解きは見つかりません。消去されたか、別のブラウザのものかもしれません。',
    attempts_exhausted: '何度か試みましたが、書き上げられませんでした。申し訳ありません。',
    model_unavailable: '書き手がただいま不在です。後ほどお尋ねください。',
    deadline_exceeded: '時間がかかりすぎたため、止めました。後ほどお尋ねください。',
    internal: 'こちらに不具合がありました。申し訳ありません。後ほどお尋ねください。',
    wait: '{n}秒後に、またお尋ねになれます。', go: 'その読み解きへ',
  },
};

/** The nearest known code for an answer that carries an unknown one. */
export function codeOfStatus(status) {
  switch (status) {
    case 0: return 'offline';
    case 401: case 403: return 'unauthorized';
    case 404: case 410: return 'not_found';
    case 409: return 'task_running';
    case 413: return 'body_too_large';
    case 400: case 422: return 'question_invalid';
    case 429: return 'rate_limited';
    case 503: return 'storage_unavailable';
    default: return 'internal';
  }
}
