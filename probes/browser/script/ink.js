// ink: whether text may have the colour of what is painted under it, by the styles. Where it may, the tab looks at a picture of it
// (Tab.isReadable): styles can paint in more ways than a script can know.

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
const isShape = (el) => el instanceof SVGElement && /^(rect|path|circle|ellipse|polygon|polyline|line)$/.test(localName(el));
const withAlpha = (color, by) => { const c = channels(color); return by === 1 || !c ? color : `rgba(${c.join(', ')}, ${alpha(color) * by})`; };
// The plain colour that an element paints under its content: '' if it paints none, undefined if it paints something else as well.
const plainFill = (el) => { const s = styleOf(el); if (!('fill' in s)) s.fill = fillOf(el, s); return s.fill; };
const fillOf = (el, { css, topLayer, position, recolors }) => {
  if (recolors || css.backdropFilter !== 'none') return;
  if (isShape(el)) return css.fill === 'none' ? '' : css.stroke !== 'none' || /url/.test(css.fill) ? undefined : withAlpha(css.fill, +css.fillOpacity);
  if (matches(el, replaced) && localName(el) !== 'svg' || el instanceof SVGElement && /^(image|use)$/.test(localName(el))) return;
  if (css.boxShadow.includes('inset') || css.borderImageSource !== 'none' || position !== 'static' && drawsLayer(el)) return;
  if (/text/.test(css.backgroundClip)) return '';
  if (css.backgroundImage !== 'none' || Math.max(...bordersOf(css)) >= wideBorder) return;
  if (alpha(css.backgroundColor) > 0) return css.backgroundColor;
  if (topLayer && !isClear(getComputedStyle(el, '::backdrop')) || css.display === 'table-cell' && isInColumn(el)) return;
  return '';
};
const wideBorder = 12; // pixels: text may lie on such a border
const bordersOf = (css) => [css.borderTopWidth, css.borderRightWidth, css.borderBottomWidth, css.borderLeftWidth].map(parseFloat);
const isClear = (css) => css.display === 'none' || css.backgroundImage === 'none' && alpha(css.backgroundColor) === 0 && css.backdropFilter === 'none';
// Whether a style adds a positioned box to the element, under the text in it.
const drawsLayer = (el) => ['::before', '::after'].some((p) => {
  const css = getComputedStyle(el, p);
  return !['none', 'normal'].includes(css.content) && css.position !== 'static' && (!isClear(css) || /url\(/.test(css.content));
});
// Whether a table colours a column: its cells show that, but are not in it.
const isInColumn = (cell) => { const table = call(cell, 'closest', 'table'); return !!table && queryAll(table, 'col,colgroup').some((col) => !isClear(getComputedStyle(col))); };
// The canvas under all elements; undefined for a dark one, whose colour is the browser's, and in a frame, which may be transparent.
const canvasColor = () => (self !== window.top || /dark/.test(styleOf(documentElement()).css.colorScheme) ? undefined : 'rgb(255, 255, 255)');
const aroundOf = (el) => { const all = []; for (let n = el; n; n = parentOf(n)) if (n instanceof Element) all.push(n); return all; };

// The colours by which text shows: of its letters, their outline and shadows; undefined if there are several of one of them.
const inksOf = (el) => {
  const { css } = styleOf(el), svg = el instanceof SVGElement;
  if (svg && (/url/.test(css.fill) || /url/.test(css.stroke))) return;
  const fill = svg ? css.fill === 'none' ? '' : withAlpha(css.fill, +css.fillOpacity) : css.webkitTextFillColor;
  const outline = svg ? css.stroke === 'none' ? '' : withAlpha(css.stroke, +css.strokeOpacity) : parseFloat(css.webkitTextStrokeWidth) > 0 ? css.webkitTextStrokeColor : '';
  const inks = [fill, outline, ...(css.textShadow === 'none' ? [] : colorsIn(css.textShadow))].filter((c) => c && alpha(c) >= 0.1);
  if (fill && alpha(fill) >= 0.9) return inks;
  const cut = aroundOf(el).find((n) => /text/.test(styleOf(n).css.backgroundClip)), from = cut && styleOf(cut).css;
  if (!from) return inks;
  const all = from.backgroundImage === 'none' ? [from.backgroundColor] : colorsIn(from.backgroundImage), shown = all.filter((c) => alpha(c) >= 0.1);
  return /url\(/.test(from.backgroundImage) || shown.length > 1 ? undefined : [...inks, ...shown];
};
const hasTransparentText = (el) => inksOf(el)?.length === 0;
// Whether something else than the element's own style may colour its text: its first line or letter, a selection.
const isRecoloured = (by, text) => {
  let block = by;
  while (/^(inline|contents)$/.test(styleOf(block).css.display) && parentOf(block) instanceof Element) block = parentOf(block);
  const own = styleOf(block).css.webkitTextFillColor, chosen = getSelection();
  return ['::first-line', '::first-letter'].some((p) => getComputedStyle(block, p).webkitTextFillColor !== own) || CSS.highlights.size > 0 || !chosen.isCollapsed && chosen.containsNode(text, true);
};

// The first colour of the elements, from the top one down; undefined if it is not certain.
const fillUnder = (els) => {
  for (const el of els) {
    const fill = plainFill(el), opacity = fill === '' ? 1 : totalOpacity(el);
    if (fill !== '' && opacity > 0.02) return fill && alpha(fill) * opacity === 1 ? fill : undefined;
  }
  return canvasColor();
};
// Whether what a hit test does not find may be painted at the point: what takes no clicks, and shadows.
const isUnhitFill = (el, x, y, by) => {
  if (!read(el, 'isConnected') || !styleOf(el).visible || contains(el, by) || contains(by, el)) return false;
  const { css } = styleOf(el), { x: left, y: top, right, bottom } = rect(el), { reach } = shadowOf(css);
  return css.pointerEvents === 'none' && plainFill(el) !== '' && isInside(x, y, rect(el)) || reach > 0 && isInside(x, y, { left: left - reach, top: top - reach, right: right + reach, bottom: bottom + reach });
};

// What the styles say about text that shows in a box of the window: '' if it stands out, 'same' if it has the colour of its
// background, 'unknown' if only a picture tells.
const doubtOf = (by, text, { x, y, right, bottom }, moved) => {
  if (/\p{Extended_Pictographic}/u.test(text.data)) return '';
  const inks = inksOf(by), around = aroundOf(by), middle = [(x + right) / 2, (y + bottom) / 2];
  const filled = around.findIndex((n) => plainFill(n) !== ''), near = filled < 0 ? around : around.slice(0, filled + 1);
  const layered = by instanceof SVGElement || near.some((n) => styleOf(n).position !== 'static');
  const stack = layered && !moved ? stackAt(...middle) : [], from = stack.indexOf(by), plain = fillUnder(from < 0 ? around : stack.slice(from));
  if (!inks || !plain || isRecoloured(by, text) || around.some((n) => styleOf(n).recolors) || !moved && unhit().some((n) => isUnhitFill(n, ...middle, by))) return 'unknown';
  if (!inks.every((ink) => sameColor(ink, plain))) return '';
  return moved && near.some(hasLayer(by)) ? 'unknown' : 'same';
};
// Whether an element has a positioned part that may be under text in it.
const hasLayer = (by) => (n) => childrenOf(n).slice(0, 50).some((c) => !contains(c, by) && styleOf(c).position !== 'static');

// The alpha at a point of a box that one straight gradient fills, from the top, the bottom or a side; undefined for other images.
const gradientSides = { '0': [0, -1], '90': [1, 0], '180': [0, 1], '270': [-1, 0], 'to top': [0, -1], 'to right': [1, 0], 'to bottom': [0, 1], 'to left': [-1, 0] };
const gradientAlpha = (image, r, x, y) => {
  const inner = /^linear-gradient\((.*)\)$/.exec(image)?.[1], parts = inner?.split(/,(?![^(]*\))/).map((s) => s.trim());
  if (!parts || /linear-gradient|url\(/.test(inner)) return;
  const side = gradientSides[parts[0].replace(/deg$/, '')], [dx, dy] = side || [0, 1], size = dx ? r.width : r.height;
  const at = dx ? (dx > 0 ? x - r.left : r.right - x) : dy > 0 ? y - r.top : r.bottom - y;
  const stops = (side ? parts.slice(1) : parts).map((part) => {
    const color = colorsIn(part)[0], place = part.slice((color || '').length).trim();
    return { alpha: color && alpha(color), at: place.endsWith('%') ? parseFloat(place) / 100 * size : parseFloat(place) };
  });
  if (stops.length < 2 || stops.some((s) => s.alpha === undefined) || /^(\d|to |calc)/.test(parts[0]) && !side) return;
  stops[0].at = stops[0].at || 0;
  stops.at(-1).at = isNaN(stops.at(-1).at) ? size : stops.at(-1).at;
  if (stops.some((s) => isNaN(s.at))) return;
  const next = stops.findIndex((s) => s.at >= at);
  if (next <= 0) return stops.at(next < 0 ? -1 : 0).alpha;
  const [a, b] = [stops[next - 1], stops[next]];
  return a.alpha + (b.alpha - a.alpha) * (b.at > a.at ? (at - a.at) / (b.at - a.at) : 1);
};
