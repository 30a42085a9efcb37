// Reads a lot's number as people write it: any script's digits, or Chinese numerals with their words around.

const ONES = '零一二三四五六七八九';
const SAME = {
  〇: '零', 壹: '一', 壱: '一', 弌: '一', 貳: '二', 贰: '二', 弐: '二', 兩: '二', 参: '三', 參: '三', 叁: '三', 肆: '四', 伍: '五',
  陸: '六', 陆: '六', 柒: '七', 捌: '八', 玖: '九', 拾: '十', 佰: '百',
};
const AROUND = /^(第|no\.?|lot|#|№)+|(籤|签|簽|首|番|号|號|支|枝)+$/giu;

/** The number, or `null` where the text is not one. */
export function parseNumber(text) {
  const bare = text.normalize('NFKC').replace(/\s+/gu, '').replace(AROUND, '');
  if (/^\p{Nd}{1,6}$/u.test(bare)) return Number([...bare].map(digit).join(''));
  return numeral([...bare].map((sign) => SAME[sign] || sign).join('')
    .replaceAll('廿', '二十').replaceAll('卅', '三十').replaceAll('卌', '四十'));
}

/** A number as a slip writes it, 1 to 999: 三十二. */
export function chineseNumber(number) {
  if (!Number.isInteger(number) || number < 1 || number > 999) return String(number);
  const [hundreds, tens, ones] = [Math.floor(number / 100), Math.floor(number / 10) % 10, number % 10];
  const head = hundreds ? `${ONES[hundreds]}百` : '';
  const gap = hundreds && !tens && ones ? '零' : '';
  const middle = tens ? `${tens > 1 || hundreds ? ONES[tens] : ''}十` : '';
  return head + gap + middle + (ones ? ONES[ones] : '');
}

/** Unicode keeps each script's digits in a row from zero, and whole rows side by side. */
function digit(sign) {
  const code = sign.codePointAt(0);
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

function numeral(text) {
  if (!text) return null;
  if ([...text].every((sign) => ONES.includes(sign))) return Number([...text].map((sign) => ONES.indexOf(sign)).join(''));
  const parts = /^(?:([一二三四五六七八九])?百)?零?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?$/u.exec(text);
  if (!parts) return null;
  const value = (sign) => (sign ? ONES.indexOf(sign) : 0);
  const hundreds = text.includes('百') ? value(parts[1]) || 1 : 0;
  const tens = parts[3] ? value(parts[2]) || 1 : 0;
  return hundreds * 100 + tens * 10 + value(parts[4]) || null;
}
