// Looks at what is on the page as somebody with weak eyes, a screen reader or a small screen would; returns complaints.

const complaints = [];
const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
const told = (element) => `<${element.localName}${element.id ? `#${element.id}` : ''}${element.className?.length ? `.${element.className}` : ''}> ${element.textContent.trim().slice(0, 30)}`;

// Colours, as the browser computes them: rgb(…) or color(srgb …).
function colour(text) {
  const numbers = (text.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
  const [r, g, b, a = 1] = numbers;
  return text.startsWith('color') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
}
const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
function background(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const layer = colour(getComputedStyle(at).backgroundColor);
    if (layer[3] > 0) layers.push(layer);
    if (layer[3] === 1) break;
  }
  return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
}
function brightness(rgb) {
  const [r, g, b] = rgb.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(front, back) {
  const [a, b] = [brightness(front), brightness(back)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (words.nextNode()) {
  const text = words.currentNode.textContent.trim();
  const element = words.currentNode.parentElement;
  if (!text || !seen(element) || element.closest('[aria-hidden="true"], :disabled, .unseen, noscript, svg, option')) continue;
  const style = getComputedStyle(element);
  const [size, bold] = [parseFloat(style.fontSize), Number(style.fontWeight) >= 700];
  const back = background(element);
  const ratio = contrast(over(colour(style.color), back), back);
  if (ratio < (size >= 24 || (bold && size >= 18.66) ? 3 : 4.5) - 0.01) complaints.push(`contrast ${ratio.toFixed(2)}: ${told(element)}`);
  if (size < 11) complaints.push(`letters of ${size} px: ${told(element)}`);
  const lang = element.closest('[lang]').lang;
  if (/[\u3041-\u30fa]/u.test(text) && lang !== 'ja') complaints.push(`kana in ${lang}: ${told(element)}`);
  if (/^[\p{Script=Han}，。、]{4,}$/u.test(text) && lang === 'en') complaints.push(`Chinese in ${lang}: ${told(element)}`);
}

for (const element of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
  if (!seen(element) || element.closest('[aria-hidden="true"]')) continue;
  const name = element.getAttribute('aria-label') || [...(element.labels || [])].map((label) => label.textContent).join('') || element.textContent || element.title;
  if (!name.trim()) complaints.push(`no name: ${told(element)}`);
  const { width, height } = element.getBoundingClientRect();
  const inText = element.matches('p a, .text a, q a, .asked a, a.skip, [type="radio"]');
  if (!inText && (width < 24 || height < 24)) complaints.push(`only ${width}×${height} to hit: ${told(element)}`);
  if (element.getAttribute('tabindex') > 0) complaints.push(`tabindex: ${told(element)}`);
}

for (const svg of document.querySelectorAll('svg, canvas, img')) {
  const silent = svg.closest('[aria-hidden="true"]') || svg.matches('.unseen');
  if (!silent && !svg.getAttribute('aria-label') && !svg.getAttribute('alt')) complaints.push(`picture without words: ${told(svg)}`);
}
const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) complaints.push(`twice: #${id}`);
for (const name of ['aria-controls', 'aria-labelledby', 'aria-describedby', 'for']) {
  for (const element of document.querySelectorAll(`[${name}]`)) {
    for (const id of element.getAttribute(name).split(' ')) if (!ids.includes(id)) complaints.push(`${name} of nothing: ${id}`);
  }
}
if (document.documentElement.scrollWidth > innerWidth) complaints.push(`${document.documentElement.scrollWidth} pixels wide in ${innerWidth}`);
const heads = [...document.querySelectorAll('h1')].filter(seen).length;
if (heads !== 1) complaints.push(`${heads} headings of the first rank`);
if (document.querySelectorAll('[style]:not(#question, #rite *)').length) complaints.push('a style attribute');
return [...new Set(complaints)];
