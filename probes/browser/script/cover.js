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
// Whether what the element paints may show what is under it in another way than by its opacity.
const isMixed = (el) => { for (let n = el; n; n = parentOf(n)) if (n instanceof Element && (styleOf(n).css.mixBlendMode !== 'normal' || styleOf(n).css.maskImage !== 'none')) return true; return false; };
// Whether a background image fills the whole box.
const fillsBox = ({ backgroundImage: image, backgroundRepeat: repeat, backgroundSize: size }) => /^(repeat|round)$/.test(repeat) || /^(cover|100%( 100%)?)$/.test(size) || size === 'auto' && !/url\(/.test(image);
const opaqueImage = (image) => {
  const src = addressIn(image), pixels = src && pixelsOfAddress(src);
  if (pixels) return opaqueEverywhere(pixels);
  if (/url\(/.test(image)) return /\.(jpe?g|avif)\b|data:image\/jpe?g/i.test(image); // other pictures may have holes
  const colors = colorsIn(image);
  return colors.length > 0 && colors.every((c) => alpha(c) >= visibleThrough);
};
const opaqueFill = (css) => !/text/.test(css.backgroundClip) && (alpha(css.backgroundColor) >= visibleThrough || css.backgroundImage !== 'none' && fillsBox(css) && opaqueImage(css.backgroundImage));
const opaqueGradient = (css, r, x, y) => !!r && isInside(x, y, r) && !/text/.test(css.backgroundClip) && gradientAlpha(css.backgroundImage, r, x, y) >= visibleThrough;
// Whether glass before an element hides it.
const hidesBehind = ({ backdropFilter: filter }, by) => filter !== 'none' && (smears(blurIn(filter), by) || /(brightness|contrast|opacity)\(0(%|\.0+)?\)/.test(filter));
const opaqueContent = (el, x, y) => {
  const r = rect(el), inside = [x - r.x - read(el, 'clientLeft'), y - r.y - read(el, 'clientTop')];
  if (isShape(el)) return styleOf(el).css.fill !== 'none' && alpha(styleOf(el).css.fill) * styleOf(el).css.fillOpacity >= visibleThrough;
  switch (localName(el)) {
    case 'img': {
      const pixels = el.complete && el.naturalWidth > 0 && pixelsOfImage(el);
      return pixels ? (styleOf(el).css.objectFit === 'fill' ? opaquePixel(pixels, r, x, y) : opaqueEverywhere(pixels)) : el.complete && el.naturalWidth > 0 && opaqueImage(`url(${el.currentSrc})`);
    }
    case 'video': return el.readyState > 1 || !!el.poster && (el.poster.startsWith('data:') || performance.getEntriesByName(el.poster).some((e) => e.responseStatus === 200));
    case 'canvas': return (pixelsOf(el, [inside[0] / r.width * el.width, inside[1] / r.height * el.height]) || [])[3] >= 255 * visibleThrough;
    case 'iframe': {
      try {
        const of = read(el, 'contentDocument');
        return [read(of, 'body'), read(of, 'documentElement'), ...call(of, 'elementsFromPoint', ...inside)].some((n) => n && opaqueFill(getComputedStyle(n)));
      } catch { return false; } // another site's
    }
  }
  return false;
};
const isInside = (x, y, r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom;
// Whether the element, or else a box that its style adds to it, is opaque at the point.
const opaqueAt = (el, x, y, by) => {
  const around = contains(el, by);
  if (totalOpacity(el) < visibleThrough || isMixed(el)) return false;
  const { css: own } = styleOf(el);
  if (around ? paintsOver(el, by) && opaqueFill(own) : isInBoxes(el, x, y) && (opaqueFill(own) || opaqueGradient(own, rect(el), x, y) || hidesBehind(own, by) || opaqueContent(el, x, y) || opaqueEdge(el, own, x, y))) return true;
  return ['::before', '::after'].some((p) => {
    const css = getComputedStyle(el, p);
    return !['none', 'normal'].includes(css.content) && ['absolute', 'fixed'].includes(css.position) && css.opacity >= visibleThrough && (opaqueFill(css) && isInDrawn(el, css, x, y) || opaqueGradient(css, drawnBox(el, css), x, y));
  });
};
// Whether the point is in a positioned box that a style adds to the element; one that is turned or moved counts as everywhere.
const isInDrawn = (el, css, x, y) => { const r = drawnBox(el, css); return !r || isInside(x, y, r); };
const drawnBox = (el, css) => {
  const [left, top, width, height] = [css.left, css.top, css.width, css.height].map(parseFloat);
  if (css.transform !== 'none' || css.translate !== 'none' || [left, top, width, height].some(isNaN)) return;
  let n = css.position === 'fixed' ? null : el;
  while (n && !(n instanceof Element && (styleOf(n).position !== 'static' || holdsFixed(styleOf(n))))) n = parentOf(n);
  const r = n ? rect(n) : { x: 0, y: 0 }, [px, py] = n ? [r.x + read(n, 'clientLeft') - read(n, 'scrollLeft'), r.y + read(n, 'clientTop') - read(n, 'scrollTop')] : css.position === 'fixed' ? [0, 0] : [-scrollX, -scrollY];
  return new DOMRect(px + left, py + top, width, height);
};
// How an element that gets the clicks at the point lies over what is in it: by a box that its style adds to it, such as the veil of a
// form that loads, or by its background, which hides what is placed behind; "" if neither.
const drawnOver = (el, by, x, y) => {
  const veils = ['::before', '::after'].some((p) => {
    const css = getComputedStyle(el, p);
    return !['none', 'normal'].includes(css.content) && css.display !== 'none' && css.position !== 'static' && css.pointerEvents !== 'none' && isInDrawn(el, css, x, y);
  });
  if (veils) return `it is covered by a veil of ${describe(el)}`;
  for (let n = by; n && n !== el; n = parentOf(n)) if (n instanceof Element && +styleOf(n).css.zIndex < 0) return `it lies behind ${describe(el)}`;
  return '';
};
// The area of a link or button that is laid over the content of a card, by a box of its style or its own, while it shows nothing itself:
// what a person sees there is the card. Undefined for another element.
const stretchedOver = (el) => {
  if (!matches(el, 'a[href],button,[role=link],[role=button]')) return;
  const drawn = ['::before', '::after'].map((p) => getComputedStyle(el, p)).find((css) => !['none', 'normal'].includes(css.content) && /absolute|fixed/.test(css.position));
  const area = drawn ? drawnBox(el, drawn) : /absolute|fixed/.test(styleOf(el).position) ? rect(el) : undefined;
  if (!area || area.width < 9 || area.height < 9) return;
  const [x, y, right, bottom] = [area.left, area.top, area.right, area.bottom], overlaps = (o) => Math.min(o.right, right) - Math.max(o.left, x) > 2 && Math.min(o.bottom, bottom) - Math.max(o.top, y) > 2;
  for (let i = 0, outer = parentOf(el); i < 3 && outer && outer !== body(); i++, outer = parentOf(outer)) {
    if (!(outer instanceof Element)) continue;
    for (const b of contentOf(outer, { left: 60 })) if (!contains(el, b.by) && !contains(b.by, el) && overlaps(b.r) && !seen(b, outer).why) return area;
  }
};
// Whether the point is on an opaque border of the element, or on a shadow that reaches so far into it.
const opaqueEdge = (el, css, x, y) => {
  const [top, right, bottom, left] = bordersOf(css), r = rect(el);
  const side = y < r.top + top ? 'Top' : y > r.bottom - bottom ? 'Bottom' : x < r.left + left ? 'Left' : x > r.right - right ? 'Right' : '';
  if (side) return css[`border${side}Style`] === 'solid' && alpha(css[`border${side}Color`]) >= visibleThrough;
  const [, color, depth] = /^(.*\)) \S+ \S+ \S+ (\S+)px inset$/.exec(css.boxShadow) || [];
  return !!color && alpha(color) >= visibleThrough && Math.min(x - r.left - left, r.right - right - x, y - r.top - top, r.bottom - bottom - y) < +depth;
};
const isInBoxes = (el, x, y) => [...call(el, 'getClientRects')].some((r) => isInside(x, y, r));
// Whether an element paints its background over something in it, which is placed behind; that of the root and its body is the canvas.
const paintsOver = (outer, by) => {
  if (outer === documentElement() || outer === body() && !opaqueFill(styleOf(documentElement()).css)) return false;
  let behind = false;
  for (let n = by; n && n !== outer; n = parentOf(n)) if (n instanceof Element && isContext(n)) behind = +styleOf(n).css.zIndex < 0;
  return behind && !isContext(outer);
};
let mayCover = false;
// Notes that a closed shadow root may hide what is seen: that of a custom element around it, which is asked for once.
const askedHosts = globalThis.valkyrieAskedHosts ??= new WeakSet();
const noteHosts = (el) => {
  for (let n = el; n; n = parentOf(n)) {
    if (!(n instanceof Element) || !isCustom(n) || shadow(n) || askedHosts.has(n) || !matches(n, ':defined')) continue;
    askedHosts.add(n);
    mayCover = true;
  }
};
// The element that hides what by paints at the point.
const coverAt = (x, y, by, text) => {
  const stack = stackAt(x, y), end = stack.findIndex((n) => n === by || !text && contains(by, n));
  // What takes no clicks, or is inert, is not in the stack itself.
  const above = end >= 0 ? stack.slice(0, end) : stack.filter((n) => paintsAbove(n, by));
  if (above.some((n) => !shadow(n) && !contains(n, by) && !isInBoxes(n, x, y))) mayCover = true; // what shows there may be in a closed shadow root
  return above.find((n) => opaqueAt(n, x, y, by)) || veilsAt(above, x, y, by) || backdropOver(stack, by) || unhit().find((n) => isUnhitCover(n, x, y, by));
};
// The first of several veils through which, together, nothing can be read.
const veilsAt = (above, x, y, by) => {
  let through = 1;
  const veils = above.filter((n) => {
    const { css } = styleOf(n), by1 = alpha(css.backgroundColor) * totalOpacity(n);
    if (by1 < 0.1 || contains(n, by) || isMixed(n) || /text/.test(css.backgroundClip) || !isInBoxes(n, x, y)) return false;
    through *= 1 - by1;
    return true;
  });
  return veils.length > 1 && through <= 1 - visibleThrough ? veils[0] : undefined;
};
// The dialog or popover whose backdrop hides everything under it. Of several, the later may be below the earlier: then one that can
// still be hit is not under the other.
const topLayers = once(() => queryAll(document, ':modal,:popover-open'));
const backdropOver = (stack, by) => {
  if (!topLayers().length) return;
  let own = by;
  while (own && !(own instanceof Element && styleOf(own).topLayer)) own = parentOf(own);
  if (own && stack.some((n) => contains(own, n))) return;
  return topLayers().find((n) => {
    const css = n !== own && (!own || matches(n, ':modal')) && getComputedStyle(n, '::backdrop');
    return css && css.display !== 'none' && css.opacity >= visibleThrough && (opaqueFill(css) || hidesBehind(css, by));
  });
};
// Covers that take no clicks, and wide shadows, are not among the elements at a point. They are looked for from the outside in.
const unhit = once(() => {
  const known = globalThis.valkyrieUnhit, changed = globalThis.valkyrieChanges?.last;
  if (known && known.changed === changed && clock() - known.at < 1000) return known.found;
  const found = findUnhit();
  globalThis.valkyrieUnhit = { found, changed, at: clock() };
  return found;
});
// The first and last children: between those of a long list there is no cover.
const fewOf = (children) => (children.length > 60 ? [...children].filter((_, i) => i < 30 || i >= children.length - 30) : children);
const findUnhit = () => {
  const found = [];
  let next = body() ? [body()] : [], left = 400;
  while (next.length && left > 0) {
    const level = next.slice(0, left);
    left -= level.length;
    for (const el of level) {
      const css = getComputedStyle(el);
      if (css.pointerEvents === 'none' || css.boxShadow !== 'none' && shadowOf(css).reach > 0) found.push(el);
    }
    next = level.flatMap((el) => [...fewOf(childrenOf(el)), ...(shadow(el) ? childrenOf(shadow(el)) : [])]);
  }
  return found;
};
const isUnhitCover = (el, x, y, by) => {
  if (!read(el, 'isConnected') || !styleOf(el).visible || contains(el, by) || !isLifted(el, by) || !paintsAbove(el, by)) return false;
  const { css } = styleOf(el), r = rect(el), { color, spread } = shadowOf(css);
  if (isInside(x, y, r)) return css.pointerEvents === 'none' && !(isShape(el) && localName(el) !== 'rect') && opaqueAt(el, x, y, by);
  if (!isWide({ color, spread }) || totalOpacity(el) < visibleThrough) return false;
  const { box } = clipped(el, new DOMRect(r.x - spread, r.y - spread, r.width + 2 * spread, r.height + 2 * spread), false, el);
  return !!box && isInside(x, y, { left: box.x, top: box.y, right: box.right, bottom: box.bottom });
};
// The outer shadow of a box: that of a tour through a page may cover all of it. Its reach is how far it may be behind text, in pixels.
const shadowOf = ({ boxShadow }) => {
  const [, color, spread] = /^(.*\)) \S+ \S+ \S+ (\S+)px$/.exec(boxShadow) || [];
  const reach = boxShadow === 'none' ? 0 : Math.max(0, ...boxShadow.split(/,(?![^(]*\))/).filter((s) => !/inset/.test(s) && colorsIn(s).some((c) => alpha(c) >= 0.5))
    .map((s) => { const [x = 0, y = 0, , d = 0] = (s.match(/-?[\d.]+(?=px)/g) || []).map(Number); return d + Math.max(Math.abs(x), Math.abs(y)); }));
  return { color, spread: +spread || 0, reach: reach >= 8 ? reach : 0 };
};
const isWide = ({ color, spread }) => spread >= 200 && alpha(color) >= visibleThrough;
// Whether an element is painted apart from the text around it, and so over earlier text.
const isLifted = (el, by) => { for (let n = el; n && !contains(n, by); n = parentOf(n)) if (n instanceof Element && (styleOf(n).position !== 'static' || isContext(n))) return true; return false; };
const isContext = (el) => {
  const s = styleOf(el);
  return s.css.zIndex !== 'auto' || s.opacity < 1 || ['fixed', 'sticky'].includes(s.position) || s.topLayer || holdsFixed(s) || s.css.isolation === 'isolate' || s.css.mixBlendMode !== 'normal' || s.css.maskImage !== 'none' || s.clipPath !== 'none';
};
// Whether one element is painted above another, by their stacking contexts.
const layers = (el) => {
  const all = [];
  for (let n = el; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    const s = styleOf(n), z = s.topLayer ? Infinity : +s.css.zIndex || 0;
    if (isContext(n) || s.position !== 'static' && !all.length) all.unshift({ n, z });
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

// Whether a popover may be under a modal dialog: no script knows which of them came later.
const isUnderDialog = (by, stack) => stack.some((n) => matches(n, 'dialog:modal') && !contains(n, by)) && !!call(by, 'closest', ':popover-open');
// Whether an element may be hidden with what it is anchored to, which no style says.
const isAnchored = (by) => {
  for (let n = by; n; n = parentOf(n)) if (n instanceof Element && styleOf(n).css.positionVisibility === 'anchors-visible' && /^--/.test(styleOf(n).css.positionAnchor)) return true;
  return false;
};
// Whether something that no script can look through lies over the middle of a box: a frame of another site, a picture, a drawing by WebGL.
const mayBeCovered = ({ by, box: { x, y, right, bottom }, moved }) => {
  if (moved) return false;
  const stack = stackAt((x + right) / 2, (y + bottom) / 2), end = stack.indexOf(by);
  return isUnderDialog(by, stack) || isAnchored(by) || stack.slice(0, Math.max(end, 0)).some((n) => !contains(n, by) && !contains(by, n) && (matches(n, 'iframe,canvas,video,img,object,embed') || /url\(/.test(styleOf(n).css.backgroundImage)));
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
  let cover, open = 0; // of a text, one strip at its edge is not enough
  for (const [i, j] of text ? [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.3, 0.5], [0.7, 0.5]] : [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]]) {
    const px = x + (right - x) * i, py = y + (bottom - y) * j, top = coverAt(px, py, by, text);
    if (!top && (!text || i === 0.5 || ++open === 2)) return;
    if (!top) continue;
    const over = coverRoot(top, by, px, py);
    const beyond = over === top && !isInside(px, py, rect(over)); // its backdrop or its shadow
    if (!beyond && scrollingUncovers(by, { y, bottom }, over)) return;
    cover ||= over;
  }
  return cover;
};
// The boxes around one of two elements that can be scrolled without moving the other, vertically: {n, port}.
const movers = (el, other) => [...scrollersOf(el)].filter(({ n, port }) => canScroll(port.modes[1]) && (staysInPlace(other) || n && !contains(n, other)));
// Whether a person can scroll the element out from under a cover that stays in place, such as a bar, or the cover away from it.
const scrollingUncovers = (el, box, cover) => {
  const c = rect(cover), h = Math.min(box.bottom - box.y, 20), sum = (all, i) => all.reduce((s, { port }) => s + port.room[1][i], 0);
  const own = movers(el, cover), its = staysInPlace(cover) ? [] : movers(cover, el), [back, on] = [sum(own, 0), sum(own, 1)];
  const fits = (lo, hi) => { const y = Math.max(lo, box.y - on); return y <= box.y + back && y + h <= hi; };
  return fits(0, c.top + sum(its, 0)) || fits(c.bottom - sum(its, 1), innerHeight);
};
const staysInPlace = (el) => { for (let n = el; n; n = parentOf(n)) if (n instanceof Element && (styleOf(n).topLayer || ['fixed', 'sticky'].includes(styleOf(n).position))) return true; return false; };
// What covers the whole window, so that scrolling uncovers nothing.
const coverOfWindow = (by) => {
  const x = innerWidth / 2, y = innerHeight / 2, stack = stackAt(x, y), backdrop = backdropOver(stack, by);
  if (backdrop) return backdrop;
  for (const top of stack) {
    if (!opaqueAt(top, x, y, by)) { if (contains(top, by) && top !== body() && top !== documentElement()) return; continue; }
    const root = coverRoot(top, by, x, y), r = rect(root);
    if (!contains(top, by)) return staysInPlace(root) && r.left <= 0 && r.top <= 0 && r.right >= innerWidth && r.bottom >= innerHeight ? root : undefined;
    return;
  }
};
