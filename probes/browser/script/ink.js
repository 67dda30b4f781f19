// ink: whether text stands out from what is painted under it. Where anything but plain colours may be there, it counts as readable.

const channels = (color) => { const m = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)/.exec(/^rgb/.test(color) ? color : inRGB(color)); return m && m.slice(1).map(Number); };
// A colour of another notation, such as oklch(), without its alpha.
const knownColors = new Map();
const inRGB = (color) => {
  if (!knownColors.has(color)) {
    const at = pen(1);
    at.fillStyle = color.replace(/\/.*\)/, ')');
    at.fillRect(0, 0, 1, 1);
    knownColors.set(color, `rgb(${[...at.getImageData(0, 0, 1, 1).data].slice(0, 3).join(', ')})`);
  }
  return knownColors.get(color);
};
const leastDifference = 6; // of a channel, of 255: #fafafa on white cannot be read
const sameColor = (a, b) => {
  const x = channels(a), y = channels(b);
  return x && y ? x.every((c, i) => Math.abs(c - y[i]) < leastDifference) : a === b;
};
// The colours in the value of a property, such as those of a gradient.
const colorsIn = (value) => value.match(/rgba?\([^)]*\)|(color|ok\w+|lab|lch|hsla?)\([^)]*\)/g) || [];
// The one colour of a background image: a gradient from a colour to itself, a picture of one colour; undefined if there are several.
const imageColor = (image) => {
  const src = addressIn(image);
  if (src) return plainColor(pixelsOfAddress(src));
  const colors = /url\(/.test(image) ? [] : colorsIn(image);
  return colors.length && colors.every((c) => sameColor(c, colors[0]) && alpha(c) === alpha(colors[0])) ? colors[0] : undefined;
};
const isShape = (el) => el instanceof SVGElement && /^(rect|path|circle|ellipse|polygon|polyline|line)$/.test(localName(el));
const withAlpha = (color, by) => { const c = channels(color); return by === 1 || !c ? color : `rgba(${c.join(', ')}, ${alpha(color) * by})`; };
// The plain colour that an element paints under its content: '' if it paints none, undefined if it paints something else as well.
const plainFill = (el) => { const s = styleOf(el); if (!('fill' in s)) s.fill = fillOf(el, s.css); return s.fill; };
const fillOf = (el, css) => {
  if (isShape(el)) return css.fill === 'none' ? '' : css.stroke !== 'none' || /url/.test(css.fill) ? undefined : withAlpha(css.fill, +css.fillOpacity);
  if (localName(el) === 'img') return plainColor(pixelsOfImage(el));
  if (matches(el, replaced) && localName(el) !== 'svg' || el instanceof SVGElement && /^(image|use)$/.test(localName(el))) return;
  if (css.boxShadow.includes('inset') || css.backdropFilter !== 'none') return;
  if (/text/.test(css.backgroundClip)) return '';
  if (css.backgroundImage !== 'none') {
    const color = fillsBox(css) ? imageColor(css.backgroundImage) : undefined;
    return color && alpha(color) === 1 ? color : undefined;
  }
  const clear = alpha(css.backgroundColor) === 0;
  return Math.max(...bordersOf(css)) >= wideBorder ? undefined : clear ? '' : css.backgroundColor;
};
const wideBorder = 12; // pixels: text may lie on such a border
const bordersOf = (css) => [css.borderTopWidth, css.borderRightWidth, css.borderBottomWidth, css.borderLeftWidth].map(parseFloat);
const drawsBeside = (el) => ['::before', '::after'].some((p) => {
  const css = getComputedStyle(el, p);
  return !['none', 'normal'].includes(css.content) && (css.backgroundImage !== 'none' || alpha(css.backgroundColor) > 0 || /url\(/.test(css.content));
});
// The canvas under all elements; undefined for a dark one, whose colour is the browser's, and in a frame, which may be transparent.
const canvasColor = () => (self !== top || /dark/.test(styleOf(documentElement()).css.colorScheme) ? undefined : 'rgb(255, 255, 255)');
const aroundOf = (el) => { const all = []; for (let n = el; n; n = parentOf(n)) if (n instanceof Element) all.push(n); return all; };

// The colours by which text shows: of its letters, their outline and shadows, or the background that they are cut from;
// undefined if there are several of one of them.
const inksOf = (el) => {
  const { css } = styleOf(el), svg = el instanceof SVGElement;
  if (svg && (/url/.test(css.fill) || /url/.test(css.stroke))) return;
  const fill = svg ? css.fill === 'none' ? '' : withAlpha(css.fill, +css.fillOpacity) : css.webkitTextFillColor;
  const outline = svg ? css.stroke === 'none' ? '' : withAlpha(css.stroke, +css.strokeOpacity) : parseFloat(css.webkitTextStrokeWidth) > 0 ? css.webkitTextStrokeColor : '';
  const inks = [fill, outline, ...(css.textShadow === 'none' ? [] : colorsIn(css.textShadow))].filter((c) => c && alpha(c) >= 0.1);
  if (fill && alpha(fill) >= 0.9) return inks;
  const cut = aroundOf(el).find((n) => /text/.test(styleOf(n).css.backgroundClip));
  if (!cut) return inks;
  const { css: from } = styleOf(cut), color = from.backgroundImage === 'none' ? from.backgroundColor : imageColor(from.backgroundImage);
  return color && [...inks, color].filter((c) => alpha(c) >= 0.1);
};
const hasTransparentText = (el) => inksOf(el)?.length === 0;

// What mixes all that is within the element with what is under it.
const mixes = ({ css, opacity }) => opacity < 1 || css.mixBlendMode !== 'normal' || css.filter !== 'none';
// Paints the fills of the elements, the lowest first, and then an ink, as the browser would, within the elements around the text;
// undefined if one of the fills is not plain.
const painted = (base, under, around, ink) => {
  const layers = [{ at: pen(1) }];
  const fill = (color, opacity = 1) => { const { at } = layers.at(-1); at.globalAlpha = opacity; at.fillStyle = color; at.fillRect(0, 0, 1, 1); };
  fill(base);
  for (const el of under) {
    const color = plainFill(el), holds = around.includes(el);
    if (color === undefined || /url/.test(styleOf(el).css.filter)) return;
    if (holds && mixes(styleOf(el))) layers.push({ at: pen(1), style: styleOf(el) });
    if (color) fill(color, holds ? 1 : totalOpacity(el));
  }
  if (ink) fill(ink);
  while (layers.length > 1) {
    const { at: upper, style } = layers.pop(), { at } = layers.at(-1), { css } = style;
    at.globalAlpha = css.opacity;
    at.globalCompositeOperation = css.mixBlendMode === 'normal' ? 'source-over' : css.mixBlendMode === 'plus-lighter' ? 'lighter' : css.mixBlendMode;
    at.filter = css.filter === 'none' ? 'none' : css.filter.replace(/(blur|drop-shadow)\((\([^)]*\)|[^()]|\w+\([^)]*\))*\)/g, '').trim() || 'none';
    at.drawImage(upper.canvas, 0, 0);
    at.globalCompositeOperation = 'source-over';
    at.filter = 'none';
  }
  return [...layers[0].at.getImageData(0, 0, 1, 1).data];
};
// Whether none of the inks can be told from what is under them.
const drowns = (under, around, inks) => (canvasColor() ? [canvasColor()] : ['#000', '#fff']).every((base) => {
  const bare = painted(base, under, around);
  return !!bare && inks.every((ink) => painted(base, under, around, ink).every((c, i) => Math.abs(c - bare[i]) < leastDifference));
});
// The first colour of the elements, from the top one down; undefined if it is not certain.
const fillUnder = (els) => {
  for (const el of els) {
    const fill = plainFill(el), opacity = fill === '' ? 1 : totalOpacity(el);
    if (fill !== '' && opacity > 0.02) return fill && withAlpha(fill, opacity);
  }
  return canvasColor();
};

const blendsIn = (by, data, r) => {
  const inks = inksOf(by);
  if (!inks || /\p{Extended_Pictographic}/u.test(data)) return false;
  const around = aroundOf(by), x = (i) => Math.min(Math.max(r.x + r.width * i, 0), innerWidth - 1), y = r.y + r.height / 2;
  const inWindow = r.right > 0 && r.x < innerWidth && y > 0 && y < innerHeight;
  if (!around.some((n) => styleOf(n).recolors)) {
    const alike = (els) => { const plain = fillUnder(els); return !!plain && (alpha(plain) < 1 || inks.every((ink) => sameColor(ink, plain))); };
    const filled = around.findIndex((n) => plainFill(n) !== ''), layered = by instanceof SVGElement || around.slice(0, filled + 1 || around.length).some((n) => styleOf(n).position !== 'static');
    const stack = inWindow && layered ? stackAt(x(0.5), y) : [], from = stack.indexOf(by);
    if (!alike(from < 0 ? around : stack.slice(from))) return false; // the only case of nearly all texts
  }
  if (!inWindow) return blendsOutside(by, around, inks);
  return [0.1, 0.5, 0.9].every((i) => blendsAt(by, inks, x(i), y, around));
};
// Out of the window, only what surrounds the text can be under it, unless something is positioned there.
const blendsOutside = (by, around, inks) => {
  const filled = around.findIndex((n) => plainFill(n)), chain = filled < 0 ? around : around.slice(0, filled + 1);
  const positioned = (n) => childrenOf(n).slice(0, 50).some((c) => !contains(c, by) && /absolute|fixed|sticky/.test(styleOf(c).position));
  return drowns([...around].reverse(), around, inks) && !chain.some((n) => drawsBeside(n) || positioned(n));
};
// Whether all that is painted under the text at a point of the window is of its colour.
const blendsAt = (by, inks, x, y, around) => {
  const stack = stackAt(x, y), from = stack.indexOf(by);
  if (from < 0) return false;
  const under = [...new Set([...stack.slice(from), ...around])];
  if (!drowns(stack.slice(from).reverse(), around, inks) || under.some(drawsBeside)) return false;
  // What takes no clicks is not in the stack.
  return ![...all(document)].slice(0, 3000).some((n) => getComputedStyle(n).pointerEvents === 'none' && !contains(n, by) && plainFill(n) !== '' && isInside(x, y, rect(n)));
};
