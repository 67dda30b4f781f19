// cover: whether something opaque is painted over an element. A cover through which one can see does not count.

// All elements at a point of the window, topmost first, through shadow roots.
const stackAt = (x, y, root = document) => {
  const stack = [];
  for (const el of call(root, 'elementsFromPoint', x, y)) {
    if (call(el, 'getRootNode') !== root) continue;
    if (shadow(el)) stack.push(...stackAt(x, y, shadow(el)));
    stack.push(el);
  }
  return stack;
};
const visibleThrough = 0.9; // what is less opaque than this lets a person read what is under it
const totalOpacity = (el) => { let o = 1; for (let n = el; n; n = parentOf(n)) if (n instanceof Element) o *= styleOf(n).opacity; return o; };
const opaqueImage = (image) => {
  if (/url\(/.test(image)) return /\.(jpe?g|avif)\b|data:image\/jpe?g/i.test(image); // other pictures may have holes
  const colors = image.match(/rgba?\([^)]*\)|(color|ok\w+|lab|lch|hsla?)\([^)]*\)/g) || [];
  return colors.length > 0 && colors.every((c) => alpha(c) >= visibleThrough);
};
const opaqueFill = (css) => !/text/.test(css.backgroundClip) && (alpha(css.backgroundColor) >= visibleThrough || opaqueImage(css.backgroundImage));
const opaqueContent = (el) => {
  if (matches(el, 'img')) return el.complete && el.naturalWidth > 0 && opaqueImage(`url(${el.currentSrc})`);
  if (matches(el, 'video')) return el.readyState > 1;
  if (!matches(el, 'iframe')) return false;
  try { const of = read(el, 'contentDocument'); return [read(of, 'body'), read(of, 'documentElement')].some((n) => opaqueFill(getComputedStyle(n))); } catch { return false; } // another site's
};
const isInside = (x, y, r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom;
// Whether the element, or else a box that its style adds to it, is opaque at the point.
const opaqueAt = (el, x, y, around) => {
  if (totalOpacity(el) < visibleThrough) return false;
  if (!around && [...call(el, 'getClientRects')].some((r) => isInside(x, y, r)) && (opaqueFill(styleOf(el).css) || opaqueContent(el))) return true;
  if (styleOf(el).topLayer && opaqueFill(getComputedStyle(el, '::backdrop'))) return true;
  return ['::before', '::after'].some((p) => {
    const css = getComputedStyle(el, p);
    return !['none', 'normal'].includes(css.content) && ['absolute', 'fixed'].includes(css.position) && css.opacity >= visibleThrough && opaqueFill(css);
  });
};
// The element that hides what by paints at the point.
const coverAt = (x, y, by, text) => {
  const stack = stackAt(x, y), end = stack.findIndex((n) => n === by || !text && contains(by, n));
  // What takes no clicks, or is inert, is not in the stack itself.
  const above = end >= 0 ? stack.slice(0, end) : stack.filter((n) => paintsAbove(n, by));
  return above.find((n) => opaqueAt(n, x, y, contains(n, by))) || untouchable(x, y, by).find((n) => opaqueAt(n, x, y));
};
// Covers that take no clicks are not among the elements at a point. They are children of the body or of its children.
const untouchable = (x, y, by) => {
  const outer = body() ? childrenOf(body()).slice(0, 40) : [];
  return [...outer, ...outer.flatMap((n) => childrenOf(n).slice(0, 10))].slice(0, 80).filter((el) => {
    const css = getComputedStyle(el);
    return css.pointerEvents === 'none' && (css.position === 'fixed' || css.position === 'absolute') && css.visibility === 'visible' &&
      !contains(el, by) && isInside(x, y, rect(el)) && paintsAbove(el, by);
  });
};
// Whether one element is painted above another, by their stacking contexts.
const layers = (el) => {
  const all = [];
  for (let n = el; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    const s = styleOf(n), z = s.topLayer ? Infinity : +s.css.zIndex || 0;
    const context = s.css.zIndex !== 'auto' || s.opacity < 1 || ['fixed', 'sticky'].includes(s.position) || s.topLayer || holdsFixed(s) || s.css.isolation === 'isolate';
    if (context || s.position !== 'static' && !all.length) all.unshift({ n, z });
    if (s.topLayer) break;
  }
  return all;
};
const paintsAbove = (a, b) => {
  const one = layers(a), other = layers(b);
  let i = 0;
  while (one[i] && other[i] && one[i].n === other[i].n) i++;
  const za = one[i]?.z ?? -0.5, zb = other[i]?.z ?? -0.5;
  return za !== zb ? za > zb : !!(call(b, 'compareDocumentPosition', a) & Node.DOCUMENT_POSITION_FOLLOWING);
};

// The outermost element around a cover that covers the point too, but does not contain what is covered.
const coverRoot = (top, by, x, y) => {
  let root = top;
  for (let n = parentOf(top); n && !contains(n, by); n = parentOf(n)) if (n instanceof Element && isInside(x, y, rect(n))) root = n;
  return root;
};
// What covers all that one can see of the element; undefined if nothing does, or scrolling would uncover it.
const coverOf = (el, target) => {
  let cover, tried = 0;
  for (const b of boxesOf(standIn(el) || el, target)) {
    const s = seen(b, el);
    if (s.why) continue;
    const over = s.moved ? coverOfWindow(b.by) : coverOfBox(b, s.box);
    if (!over) return;
    cover ||= over;
    if (++tried === 6) break;
  }
  return cover;
};
const coverOfBox = ({ by, text }, { x, y, right, bottom }) => {
  let cover;
  for (const [i, j] of text ? [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5]] : [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]]) {
    const px = x + (right - x) * i, py = y + (bottom - y) * j, top = coverAt(px, py, by, text);
    if (!top) return;
    const over = coverRoot(top, by, px, py);
    if (scrollingUncovers(by, { y, bottom }, over)) return;
    cover ||= over;
  }
  return cover;
};
// Whether a person can scroll the element out from under a cover that stays in place, such as a bar.
const scrollingUncovers = (el, box, cover) => {
  const stays = staysInPlace(cover), c = rect(cover), h = Math.min(box.bottom - box.y, 20);
  let back = 0, on = 0;
  for (const { n, port } of scrollersOf(el)) {
    const movesBoth = !stays && (!n || contains(n, cover));
    if (canScroll(port.modes[1]) && !movesBoth) [back, on] = [back + port.room[1][0], on + port.room[1][1]];
  }
  const fits = (lo, hi) => { const y = Math.max(lo, box.y - on); return y <= box.y + back && y + h <= hi; };
  return fits(0, c.top) || fits(c.bottom, innerHeight);
};
const staysInPlace = (el) => { for (let n = el; n; n = parentOf(n)) if (n instanceof Element && (styleOf(n).topLayer || ['fixed', 'sticky'].includes(styleOf(n).position))) return true; return false; };
// What covers the whole window, so that scrolling uncovers nothing.
const coverOfWindow = (by) => {
  const x = innerWidth / 2, y = innerHeight / 2;
  for (const top of stackAt(x, y)) {
    if (!opaqueAt(top, x, y, contains(top, by))) { if (contains(top, by) && top !== body() && top !== documentElement()) return; continue; }
    const root = coverRoot(top, by, x, y), r = rect(root);
    if (!contains(top, by)) return staysInPlace(root) && r.left <= 0 && r.top <= 0 && r.right >= innerWidth && r.bottom >= innerHeight ? root : undefined;
    return;
  }
};
