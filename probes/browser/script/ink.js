// ink: whether text stands out from what is painted under it. Where anything but plain colours may be there, it counts as readable.

const channels = (color) => { const m = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)/.exec(color); return m && m.slice(1).map(Number); };
const leastDifference = 6; // of a channel, of 255: #fafafa on white cannot be read
const sameColor = (a, b) => {
  const x = channels(a), y = channels(b);
  return x && y ? x.every((c, i) => Math.abs(c - y[i]) < leastDifference) : a === b;
};
// The plain colour that an element paints under its content: '' if it paints none, undefined if it paints something else as well.
const plainFill = (el) => {
  const { css } = styleOf(el);
  if (matches(el, replaced) || css.backgroundImage !== 'none' || css.boxShadow.includes('inset') || css.mixBlendMode !== 'normal' || css.backdropFilter !== 'none') return;
  const a = alpha(css.backgroundColor);
  return a === 0 ? '' : a === 1 ? css.backgroundColor : undefined;
};
const drawsBeside = (el) => ['::before', '::after'].some((p) => {
  const css = getComputedStyle(el, p);
  return !['none', 'normal'].includes(css.content) && (css.backgroundImage !== 'none' || alpha(css.backgroundColor) > 0 || /url\(/.test(css.content));
});
// The canvas under all elements; undefined for a dark one, whose colour is the browser's, and in a frame, which may be transparent.
const canvasColor = () => (self !== top || /dark/.test(styleOf(documentElement()).css.colorScheme) ? undefined : 'rgb(255, 255, 255)');
// The first plain colour of the elements, from the top one down; undefined if it is not certain.
const fillUnder = (els) => {
  for (const el of els) {
    const fill = plainFill(el);
    if (fill !== '') return fill;
  }
  return canvasColor();
};
const aroundOf = (el) => { const all = []; for (let n = el; n; n = parentOf(n)) if (n instanceof Element) all.push(n); return all; };

const blendsIn = (by, data, r) => {
  const { css } = styleOf(by), ink = css.webkitTextFillColor;
  if (by instanceof SVGElement || /\p{Extended_Pictographic}/u.test(data) || css.textShadow !== 'none') return false;
  if (parseFloat(css.webkitTextStrokeWidth) > 0 && !sameColor(css.webkitTextStrokeColor, ink)) return false;
  const around = aroundOf(by), plain = fillUnder(around);
  if (!plain || !sameColor(ink, plain)) return false; // the only case of nearly all texts
  if (around.some((n) => /text/.test(styleOf(n).css.backgroundClip) || styleOf(n).css.mixBlendMode !== 'normal')) return false;
  const y = r.y + r.height / 2;
  if (r.right <= 0 || r.x >= innerWidth || y <= 0 || y >= innerHeight) return blendsOutside(by, around);
  return [0.1, 0.5, 0.9].every((i) => blendsAt(by, ink, Math.min(Math.max(r.x + r.width * i, 0), innerWidth - 1), y, around));
};
// Out of the window, only what surrounds the text can be under it, unless something is positioned there.
const blendsOutside = (by, around) => {
  const filled = around.findIndex(plainFill), chain = filled < 0 ? around : around.slice(0, filled + 1);
  const positioned = (n) => childrenOf(n).slice(0, 50).some((c) => !contains(c, by) && /absolute|fixed|sticky/.test(styleOf(c).position));
  return !chain.some((n) => drawsBeside(n) || positioned(n));
};
// Whether all that is painted under the text at a point of the window is of its colour.
const blendsAt = (by, ink, x, y, around) => {
  const stack = stackAt(x, y), from = stack.indexOf(by);
  if (from < 0) return false;
  const under = stack.slice(from), fill = fillUnder(under);
  if (!fill || !sameColor(ink, fill) || [...new Set([...under, ...around])].some(drawsBeside)) return false;
  // What takes no clicks is not in the stack.
  return ![...all(document)].slice(0, 3000).some((n) => getComputedStyle(n).pointerEvents === 'none' && !contains(n, by) && plainFill(n) !== '' && isInside(x, y, rect(n)));
};
