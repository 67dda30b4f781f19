// visible: whether a person can see an element, perhaps after scrolling.

const notVisible = 'it is there, but not visible';

// Why a person cannot see the element; '' when they can. Only what the locator target means of it counts, if it is given.
const hiddenReason = (el, target) => sight(el, target).why || '';
const isVisible = (el) => !hiddenReason(el); // perhaps covered
const isSeen = (el, target) => !hiddenReason(el, target);

// The first part of the element that a person can see, {by, r, box, moved, doubt}, or {why} there is none.
const sight = (el, target) => {
  const stand = standIn(el);
  if (!stand) return { why: notVisible };
  if (stand !== el) return sight(stand);
  let why = '', doubtful, doubts = 0;
  for (const b of boxesOf(el, target)) {
    const s = seen(b, el);
    if (!s.why && !s.doubt) return { ...b, ...s };
    if (s.why) why ||= s.why; else doubtful ||= { ...b, ...s };
    if (s.doubt && ++doubts === 4) break;
  }
  return doubtful || { why };
};
// Of what can be seen, what stands out, if anything does: the style of the others says that they have the colour of their background.
const standingOut = (els, target) => {
  const sure = els.length > 1 ? els.filter((el) => sight(el, target).doubt !== 'same') : [];
  return sure.length ? sure : els;
};
// The element that shows it: itself if it is rendered; the image of an area; the list whose chosen option it is.
const standIn = (el) => {
  if (!read(el, 'isConnected')) return;
  if (matches(el, 'area')) return areaOf(el).image;
  if (call(el, 'checkVisibility', { checkVisibilityCSS: true })) return el;
  if (matches(el, 'option')) { const list = call(el, 'closest', 'select'); return el.selected && list || undefined; }
  if (getComputedStyle(el).display !== 'contents' || !styleOf(el).visible) return;
  for (let n = parentOf(el); n; n = parentOf(n)) {
    if (n instanceof Element && styleOf(n).css.display !== 'contents') return call(n, 'checkVisibility') ? el : undefined;
  }
};
// Which part of a box is seen: {box, moved, doubt}, with moved if one has to scroll first, and the doubt whether it can be read; or {why}.
const seen = ({ by, r, text }, el) => {
  if (picturesCount && localName(by) === 'img' && pictureReason(by)) return { why: pictureReason(by) };
  if (!(r.width > 0 && r.height > 0) || text && isTiny(by, r)) return { why: `${notVisible}: it has no size` };
  if (!styleOf(by).visible) return { why: notVisible };
  if (text && styleOf(by).css.webkitTextSecurity !== 'none') return { why: `${notVisible}: its text is shown as dots` };
  if (text && hasTransparentText(by)) return { why: `${notVisible}: its text is transparent` };
  if (text && awaitsFont(by, text.data)) return { why: `${notVisible}: its web font has not loaded` };
  const why = fadedReason(by, text);
  if (why) return { why };
  const part = clipped(by, r, text, el);
  if (part.box && isMaskedAt(by, part.box)) return { why: masked };
  const doubt = text && part.box && doubtOf(by, text, part.box, part.moved);
  return doubt === 'same' && part.moved ? { why: blended } : { ...part, doubt };
};
// Whether text is too small to read, or its letters lie over each other.
const isTiny = (by, r) => {
  const { css } = styleOf(by);
  return (css.writingMode.startsWith('vertical') ? r.width : r.height) < 5 || parseFloat(css.letterSpacing) < -0.3 * parseFloat(css.fontSize);
};
// Whether a blur of so many pixels makes text of the element unreadable.
const smears = (blur, el) => blur * 3.4 >= parseFloat(styleOf(el).css.fontSize);
// Whether a picture counts as seen only once it has come: for what a step expects to see. One can act on its frame before.
let picturesCount = false;
const withPictures = (look) => { picturesCount = true; try { return look(); } finally { picturesCount = false; } };
const pictureReason = (img) => {
  if (img.complete) return img.naturalWidth || !attribute(img, 'src') && !attribute(img, 'srcset') ? '' : 'it is there, but its picture could not be loaded';
  const r = rect(img), away = r.top > innerHeight || r.bottom < 0 || r.left > innerWidth || r.right < 0;
  return 'it is there, but its picture has not loaded' + (read(img, 'loading') === 'lazy' && away ? ', and does so only when one scrolls to it: ScrollTo does' : '');
};
const transparent = `${notVisible}: it is transparent`;
const fadedReason = (by, text) => {
  let opacity = 1;
  for (let n = by; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    const s = styleOf(n);
    opacity *= s.opacity;
    if (opacity < 0.1) return transparent;
    if (text && s.blur && smears(s.blur, by)) return `${notVisible}: it is blurred`;
    const odd = s.odd && oddReason(n, s.css, n !== by || text);
    if (odd) return odd;
    if (s.turnsAway && facesAway(n)) return `${notVisible}: ${label(n)} shows its back`;
    if (s.topLayer) return '';
  }
  return '';
};

// Why an element with an unusual style paints nothing: no text and no children, if inner is set.
const oddReason = (n, css, inner) => {
  if (css.maskImage !== 'none' && masksAll(css)) return masked;
  if (inner && css.contentVisibility === 'hidden' && !/^(inline|contents)$/.test(css.display)) return notVisible;
  return isBehindViewer(n) ? `${notVisible}: it is behind the viewer` : '';
};
const masked = `${notVisible}: it is masked`;
// Whether a mask that fades hides the middle of a box.
const isMaskedAt = (by, { x, y, right, bottom }) => {
  for (let n = by; n; n = parentOf(n)) {
    if (n instanceof Element && styleOf(n).odd && gradientAlpha(styleOf(n).css.maskImage, rect(n), (x + right) / 2, (y + bottom) / 2) < 0.1) return true;
  }
  return false;
};
const isLostPicture = (image) => { const [, src] = /^url\("([^"]+)"\)$/.exec(image) || []; return !!src && performance.getEntriesByName(src).some((e) => e.responseStatus >= 400); };
const masksAll = (css) => isLostPicture(css.maskImage) || /(^|, )(0px|0%)|(^|, )\S+ (0px|0%)/.test(css.maskSize) || !/url\(/.test(css.maskImage) && colorsIn(css.maskImage).every((c) => alpha(c) < 0.1);
// Whether the element's middle is moved past the eye of a perspective, where nothing is painted.
const isBehindViewer = (el) => {
  let m = new DOMMatrix();
  for (let n = el; n instanceof Element;) {
    const s = styleOf(n), [, , z = 0] = s.css.translate.split(' ');
    m = new DOMMatrix().translate(0, 0, parseFloat(z)).multiply(turned(s)).multiply(m);
    do n = parentOf(n); while (n && !(n instanceof Element));
    if (!n) return m.m44 <= 0;
    const { css } = styleOf(n), eye = new DOMMatrix();
    if (css.perspective !== 'none') eye.m34 = -1 / parseFloat(css.perspective);
    m = eye.multiply(m);
    if (m.m44 <= 0) return true;
    if (css.transformStyle !== 'preserve-3d') return false;
  }
};

// Walks from the element that paints the box to the window, and cuts the box where ancestors clip it.
const clipped = (by, r, text, el) => {
  let box = { x: r.x, y: r.y, right: r.right, bottom: r.bottom }, moved = false, position = '', shaped, wide = readableWidth(r, text);
  for (let n = by, own = !text; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    const s = styleOf(n);
    if (s.clipPath !== 'none') { box = clippedBy(n, s.clipPath, box); if (!/^inset\((?!.*calc)/.test(s.clipPath)) shaped = n; }
    if (s.position === 'absolute' || s.position === 'fixed') box = clippedByRect(n, s.css.clip, box);
    if (s.css.display === 'table-cell' && isCollapsed(n)) return { why: `${notVisible}: its column is collapsed` };
    if (!position || isContainer(s, position)) {
      if (!own && (s.x !== 'visible' || s.y !== 'visible')) {
        const port = portOf(n, s);
        if (canScroll(port.modes[0])) wide = Math.min(wide, port.right - port.x);
        box = through(beforeEllipsis(port, n, s, text && r), box, readable(r, text), wide);
        moved ||= box.moved;
      }
      position = s.position === 'absolute' || s.position === 'fixed' ? s.position : '';
    }
    if (tooSmall(box, r, text, wide)) return { why: clipReason(n, el) };
    own = false;
    if (s.topLayer) break;
  }
  const cut = through(windowPort(position === 'fixed'), box, readable(r, text), wide);
  if (tooSmall(cut, r, text, wide)) return { why: 'it is outside of the window, and no scrolling reaches it' };
  moved ||= cut.moved;
  return shaped && !moved && !isHitIn(by, cut) ? { why: clipReason(shaped, el) } : { box: cut, moved };
};
// Whether the column of a table's cell is collapsed: Chrome gives the cell no width, and clips it.
const isCollapsed = (cell) => rect(cell).width === 0 && queryAll(call(cell, 'closest', 'table') || cell, 'col,colgroup').some((c) => getComputedStyle(c).visibility === 'collapse');
// The browser's own hit test knows the shape of a clip, for an element that can be hit at all.
const isHitIn = (by, { x, y, right, bottom }) => {
  if (styleOf(by).css.pointerEvents === 'none' || call(by, 'closest', '[inert]') || call(document, 'querySelector', ':modal')) return true;
  return [0.5, 0.1, 0.9, 0.3, 0.7].some((i) => [0.5, 0.2, 0.8].some((j) => stackAt(x + (right - x) * i, y + (bottom - y) * j).some((n) => contains(by, n) || contains(n, by) && !styleOf(n).visible)));
};
// Text that goes beyond its box ends with an ellipsis, which takes the room of the last letters.
const beforeEllipsis = (port, n, { css, x }, r) => {
  if (!r || css.textOverflow !== 'ellipsis' || x === 'visible' || canScroll(x) && css.whiteSpace !== 'nowrap') return port;
  const size = 1.4 * parseFloat(css.fontSize); // with a letter, since only whole ones are left
  if (css.direction === 'rtl') return r.x < port.x ? { ...port, x: port.x + size } : port;
  return r.right > port.right ? { ...port, right: port.right - size } : port;
};
// Whether the element is the containing block of positioned content.
const isContainer = (s, position) => position === 'absolute' && s.position !== 'static' || holdsFixed(s);
// The height of a text that has to show, or else of an element that need not be scrolled.
const readable = (r, text) => (text ? Math.min(Math.max(3, r.height / 4), r.height) : 3);
// Its width: half of it, or some words.
const readableWidth = (r, text) => (text ? Math.min(r.width / 2, 100) : 3);
const tooSmall = (box, r, text, wide) => {
  const w = box.right - box.x, h = box.bottom - box.y;
  if (!(w > 0 && h > 0)) return true;
  return text ? w < wide || h < readable(r, text) : w <= 1 && h <= 1;
};
const clipReason = (n, el) => {
  if (!contains(el, n)) return `it is outside of the visible part of ${describe(n)}, and no scrolling reaches it`;
  const r = rect(n);
  return r.width > 0 && r.height > 0 ? `${notVisible}: it is cut off` : `${notVisible}: it has no size`;
};

// What a box is seen through: a rectangle; for each axis, how it cuts, and how far a person can scroll back and on.
const portOf = (n, s) => {
  const r = rect(n), kx = r.width / (read(n, 'offsetWidth') || r.width) || 1, ky = r.height / (read(n, 'offsetHeight') || r.height) || 1;
  const x = r.x + read(n, 'clientLeft') * kx, y = r.y + read(n, 'clientTop') * ky;
  const wide = s.x === 'clip' && s.y === 'clip' ? +(/([\d.]+)px/.exec(s.css.overflowClipMargin) || [0, 0])[1] : 0;
  const port = { x: x - wide * kx, y: y - wide * ky, right: x + (read(n, 'clientWidth') + wide) * kx, bottom: y + (read(n, 'clientHeight') + wide) * ky, modes: [s.x, s.y] };
  return Object.assign(port, { room: scrolls(port) ? room(n, s.css, kx, ky) : [[0, 0], [0, 0]] });
};
const scrolls = ({ modes }) => modes.some(canScroll);
const canScroll = (mode) => mode === 'auto' || mode === 'scroll';
const windowPort = (fixed) => {
  const root = read(document, 'scrollingElement') || documentElement(), r = rect(root), k = r.width / read(root, 'offsetWidth') || 1;
  const modes = fixed ? ['hidden', 'hidden'] : windowOverflow().map((v) => (canScroll(v) || v === 'visible' ? 'auto' : 'hidden'));
  return { x: 0, y: 0, right: innerWidth, bottom: innerHeight, modes, room: fixed ? [[0, 0], [0, 0]] : room(root, getComputedStyle(root), k, k) };
};
// How far the content can be scrolled back and on, horizontally and vertically.
const room = (n, css, kx, ky) => {
  const reverse = css.display.includes('flex') && css.flexDirection.endsWith('reverse') ? css.flexDirection : '';
  const fromRight = (css.direction === 'rtl') !== (reverse === 'row-reverse') || css.writingMode === 'vertical-rl';
  const axis = (size, at, negative, k) => (negative ? [(size + at) * k, -at * k] : [at * k, (size - at) * k]);
  return [
    axis(read(n, 'scrollWidth') - read(n, 'clientWidth'), read(n, 'scrollLeft'), fromRight, kx),
    axis(read(n, 'scrollHeight') - read(n, 'clientHeight'), read(n, 'scrollTop'), reverse === 'column-reverse', ky),
  ];
};
// The boxes around the element that a person can scroll, innermost first; the window's has no n.
function* scrollersOf(el) {
  let position = '';
  for (let n = el; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    const s = styleOf(n);
    if (!position || isContainer(s, position)) {
      if (n !== el && (canScroll(s.x) || canScroll(s.y))) yield { n, port: portOf(n, s) };
      position = s.position === 'absolute' || s.position === 'fixed' ? s.position : '';
    }
    if (s.topLayer) break;
  }
  if (position !== 'fixed') yield { port: windowPort(false) };
}
const through = (port, box, least = 3, leastWide = 3) => {
  const [x, right, mx] = along(box.x, box.right, port.x, port.right, port.modes[0], port.room[0], leastWide);
  const [y, bottom, my] = along(box.y, box.bottom, port.y, port.bottom, port.modes[1], port.room[1], least);
  return { x, y, right, bottom, moved: mx || my };
};
// The part of [from, to] that shows between lo and hi, and whether it has to be scrolled there.
const along = (from, to, lo, hi, mode, [back, on], least = 3) => {
  if (mode === 'visible') return [from, to, false];
  const cut = [Math.max(from, lo), Math.min(to, hi), false];
  if (!canScroll(mode) || cut[1] - cut[0] >= Math.min(least, to - from)) return cut;
  const first = Math.max(from, lo - back), size = Math.min(Math.min(to, hi + on) - first, hi - lo);
  return first < lo ? [lo, lo + size, true] : [hi - size, hi, true];
};
const cutTo = (box, x, y, right, bottom) => ({ x: Math.max(box.x, x), y: Math.max(box.y, y), right: Math.min(box.right, right), bottom: Math.min(box.bottom, bottom) });
// The clip paths that hide things: insets, circles without a radius, polygons (by their bounds).
const clippedBy = (n, path, box) => {
  const r = rect(n), px = (v, size) => (v.endsWith('%') ? parseFloat(v) / 100 * size : parseFloat(v));
  const [, shape, args] = /^(\w+)\((.*)\)/.exec(path.replace(/ round .*?\)/, ')')) || [];
  if (/calc|var/.test(args)) return box;
  if (shape === 'inset') {
    const [t, right = t, b = t, l = right] = args.split(' ');
    return cutTo(box, r.x + px(l, r.width), r.y + px(t, r.height), r.right - px(right, r.width), r.bottom - px(b, r.height));
  }
  if (shape === 'polygon') {
    const points = args.replace(/^(evenodd|nonzero),/, '').split(',').map((p) => p.trim().split(' '));
    const xs = points.map((p) => r.x + px(p[0], r.width)), ys = points.map((p) => r.y + px(p[1], r.height));
    return cutTo(box, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
  }
  return /^(circle|ellipse)$/.test(shape) && /^0(px|%)?( |$)/.test(args) ? cutTo(box, r.x, r.y, r.x, r.y) : box;
};
const clippedByRect = (n, clip, box) => {
  const r = rect(n), of = /^rect\((.*)\)/.exec(clip);
  if (!of) return box;
  const [t, right, b, l] = of[1].split(/[ ,]+/).map(parseFloat);
  return cutTo(box, r.x + (l || 0), r.y + (t || 0), isNaN(right) ? r.right : r.x + right, isNaN(b) ? r.bottom : r.y + b);
};
// How the element is turned and scaled by its own style.
const turned = ({ css }) => {
  let m = new DOMMatrix();
  if (css.rotate !== 'none') {
    const axis = css.rotate.split(' '), angle = parseFloat(axis.pop());
    m = m.rotateAxisAngle(...({ x: [1, 0, 0], y: [0, 1, 0] }[axis[0]] || (axis.length === 3 ? axis.map(Number) : [0, 0, 1])), angle);
  }
  if (css.scale !== 'none') m = m.scale(...css.scale.split(' ').slice(0, 2).map(Number));
  return css.transform === 'none' ? m : m.multiply(new DOMMatrix(css.transform));
};
// Whether the element's back shows.
const facesAway = (el) => {
  let m = turned(styleOf(el));
  for (let n = parentOf(el); n instanceof Element && styleOf(n).css.transformStyle === 'preserve-3d'; n = parentOf(n)) m = turned(styleOf(n)).multiply(m);
  return m.inverse().m33 < 0;
};
// For how long text stays invisible while its web font loads, by font-display; then another font is used.
const blockMS = { auto: 3000, block: 3000, fallback: 100, optional: 100, swap: 0 };
const family = (name) => name.trim().replace(/^["']|["']$/g, '').toLowerCase();
const facesOf = (el) => {
  const names = styleOf(el).css.fontFamily.split(',').map(family);
  return [...read(document, 'fonts')].filter((f) => names.includes(family(f.family)));
};
const awaitsFont = (el, text) => {
  const fonts = read(document, 'fonts');
  if (fonts.status !== 'loading') return false;
  const { css } = styleOf(el), from = globalThis.valkyrieChanges?.fontTimes;
  const blocks = (f) => f.status === 'loading' && clock() - (from?.get(f)?.from || clock()) < blockMS[f.display];
  if (!facesOf(el).some(blocks)) return false;
  try { return !fonts.check(`${css.fontStyle} ${css.fontWeight} ${css.fontSize} ${css.fontFamily}`, text); } catch { return true; }
};
// When the text's web font had come, or was given up; 0 if it has none.
const fontCameAt = (el) => {
  const { css } = styleOf(el), times = globalThis.valkyrieChanges?.fontTimes, faces = facesOf(el);
  const suits = (f) => { const [from, to = from] = f.weight.replace('normal', '400').replace('bold', '700').split(' '); return read(f, 'style') === css.fontStyle && css.fontWeight >= +from && css.fontWeight <= +to; };
  const used = faces.some(suits) ? faces.filter(suits) : faces;
  return Math.max(0, ...used.map((f) => { const t = times?.get(f); return t?.to ? Math.min(t.to, t.from + blockMS[f.display]) : 0; }));
};
