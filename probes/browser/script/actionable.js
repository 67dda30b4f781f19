// actionable: whether, and where, a person could act on an element: visible, enabled, in place, and not covered.

// The next animation frame; a page that paints none is not moving either.
const frame = () => new Promise((done) => { const t = setTimeout(done, 250); requestAnimationFrame(() => { clearTimeout(t); done(); }); });
const deepest = (x, y) => {
  let el = call(document, 'elementFromPoint', x, y);
  for (let root; el && (root = shadow(el));) { const inner = root.elementFromPoint(x, y); if (!inner || inner === el) break; el = inner; }
  return el;
};
const hits = (el, node) => contains(el, node) || labelsOf(el).some((l) => contains(l, node) && !ownControl(node, l));
// A link or button in a label gets the click itself.
const ownControl = (node, label) => { for (let n = node; n && n !== label; n = outerOf(n)) if (n instanceof Element && matches(n, 'a[href],button,summary')) return true; return false; };
// Whether the page takes no input there: it says so, a modal dialog is open elsewhere, or a veil over the whole window gets the clicks.
const isInert = (el) => {
  if (isUnderVeil(el)) return true;
  const modal = queryAll(document, 'dialog:modal');
  for (let n = el; n; n = parentOf(n)) {
    if (modal.includes(n)) return false;
    if (n instanceof Element && matches(n, '[inert]')) return true;
  }
  return modal.length > 0;
};
const isUnderVeil = (el) => {
  const r = rect(el), top = deepest(r.x + r.width / 2, r.y + r.height / 2);
  for (let n = top; n && !contains(n, el) && !contains(el, n); n = parentOf(n)) {
    if (!(n instanceof Element) || !['fixed', 'absolute'].includes(styleOf(n).position)) continue;
    const { left, top: upper, right, bottom } = rect(n);
    if (left <= 0 && upper <= 0 && right >= innerWidth && bottom >= innerHeight) return true;
  }
  return false;
};
// What is found and can be seen; if several can, those that take input and that nothing covers.
const seenOf = (target, found, sees = (el) => isSeen(el, target) || isDrawn(el)) => {
  let visible = standingOut(found.filter(sees), target);
  if (visible.length > 1 && !visible.every(isInert)) visible = visible.filter((el) => !isInert(el));
  if (visible.length < 2) return visible;
  const uncovered = visible.filter((el) => !coverOf(el, target));
  return uncovered.length === 1 ? uncovered : visible;
};
const unique = (target) => {
  const found = find(target);
  if (!found.length) return { why: () => missingReason(target) };
  const visible = seenOf(target, found);
  if (!visible.length) return { why: hiddenReason(found[0], target) };
  if (visible.length > 1) return { why: () => ambiguityReason(target, visible) };
  return { el: visible[0] };
};

// A styled checkbox, radio button or file field hides the input itself; the label is the target then. That of a custom element does not
// press the field in it.
const uniqueOrLabel = (target) => {
  const visible = seenOf(target, find(target), (el) => isSeen(el, target) || isDrawn(el) || labelsOf(el).some(isVisible));
  if (visible.length !== 1) return unique(target);
  const el = visible[0], shownLabel = isSeen(el, target) || hostOf(el) && isDrawn(el) ? undefined : labelsOf(el).find(isVisible);
  return { el: passesTo(el) || el, handle: shownLabel || el };
};
// What gets the clicks on a text or a picture that takes none itself, such as the words on a button or the label of a shape; undefined
// where a control takes none: then it is switched off.
const control = 'a[href],button,input,select,textarea,summary,label,[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[role=checkbox],[role=radio],[role=switch],[role=treeitem]';
const passesTo = (el) => {
  let n = el;
  for (; n instanceof Element && styleOf(n).css.pointerEvents === 'none'; n = parentOf(n)) if (matches(n, control)) return undefined;
  if (n === el || !(n instanceof Element)) return undefined;
  const to = call(n, 'closest', control + ',[onclick],[tabindex]');
  return to || (n instanceof SVGElement && localName(n) !== 'svg' || styleOf(n).css.cursor === 'pointer' ? n : undefined);
};
// A transparent control may lie over a drawn one, which a person sees and presses.
const isDrawn = (el) => {
  if (!matches(el, 'input,select,textarea,button,a[href],summary,[role]') || hiddenReason(el) !== transparent) return false;
  const r = rect(el), overlaps = (o) => Math.min(o.right, r.right) - Math.max(o.left, r.left) > 2 && Math.min(o.bottom, r.bottom) - Math.max(o.top, r.top) > 2;
  let pale = el;
  for (let i = 0; i < 2 && styleOf(pale).opacity >= 0.1 && parentOf(pale) instanceof Element; i++) pale = parentOf(pale);
  for (let i = 0, outer = parentOf(pale); i < 3 && outer && outer !== body(); i++, outer = parentOf(outer)) {
    if (!(outer instanceof Element)) continue;
    if (paintsItself(outer) && overlaps(rect(outer)) && isVisible(outer)) return true;
    for (const b of contentOf(outer, { left: 60 })) if (!contains(pale, b.by) && overlaps(b.r) && !seen(b, outer).why) return true;
  }
  return false;
};
const disabled = (el) => {
  if (matches(el, ':disabled')) return 'it is disabled';
  for (let n = el; n; n = parentOf(n)) {
    if (n instanceof Element && matches(n, '[aria-disabled=true]')) return 'it is disabled';
    if (n instanceof Element && matches(n, '[inert]')) return `it is inert: the page takes no input in ${describe(n)}`;
  }
  return '';
};

// A person's pointer is on the element before they press. So the pointer is moved at once, and its effect on the page
// (menus unfold, buttons move away) is noticed by the next evaluations, or at the press, which the guard then intercepts.
// In a frame the position within the window is unknown here, so the pointer moves later.
let pointerMoved = false;
const movePointer = ({ ok, x, y }) => {
  if (!ok || self !== top || pointerMoved) return;
  globalThis.valkyriePointer = {}; // it may have been there before; its arrival must be observed anew
  globalThis.valkyriePoint?.(JSON.stringify({ x, y }));
  pointerMoved = true;
};

// The element to which the pointer was moved, while it is there: on hover the page may show another name, such as the label of
// an icon in place of its title, or the same name once more. The guard forgets it at the press.
const aimedAt = (target) => {
  const aimed = globalThis.valkyrieAimed;
  return aimed?.key === JSON.stringify(target) && read(aimed.el, 'isConnected') && matches(aimed.handle, ':hover') ? aimed : undefined;
};

// The element that the target means, if a person could act on it; otherwise why not.
const actionable = async (target, by = unique) => {
  const found = by(target), { el, handle = el, why } = found.el ? found : aimedAt(target) || found;
  if (!el) return { why };
  const off = disabled(el);
  if (off) return { why: off };
  const offset = offsetIn(target, el), aimed = (kept) => (offset ? hitAt(handle, el, offset) : hitPoint(handle, el, kept));
  let at = aimed(), scrolled = false;
  if ((!at.ok || at.partly) && query.held) return { why: 'it may have to be scrolled to', held: true };
  if (!at.ok || at.partly) { scrolled = reveal(handle, at.cover, offset && ((of) => around(pointIn(of, offset)))); at = aimed(); }
  // Only a pointer can miss a moving element; typing goes to the focus.
  if (!['click', 'hover', 'check'].includes(query.op)) return { el, handle, ...at };
  // Before its style sheets have loaded, a page has a layout but is not painted, and all of it will move.
  const blank = blockingStylesheet();
  if (blank) return { why: `the page stays blank until ${blank.href} has come`, soon: true };
  if (query.op !== 'hover') { // a hover moves the pointer once, at the end
    movePointer(at);
    globalThis.valkyrieAimed = { key: JSON.stringify(target), el, handle };
  }
  const place = await stable(handle, scrolled);
  if (place) return { el, handle, ...aimed() };
  if (!read(handle, 'isConnected')) return { why: 'the page keeps replacing it', soon: true };
  const { kept, inPlace } = offset ? {} : swinging(handle);
  return kept ? { el, handle, swings: true, ...aimed(kept) } : { why: 'it is moving', soon: true, inPlace };
};

// Scrolls the element to the middle of each box that a person can scroll, unless it shows in it as a whole. A script could
// scroll more, such as the next slide into a carousel, but then a person would see another page than the script. A cover
// that stays in place, such as a bar, is a reason to scroll too. It returns whether anything was scrolled.
const reveal = (el, cover, boxOf = pressBox) => {
  const behind = cover && staysInPlace(cover);
  let scrolled = !!cover && !behind && staysInPlace(el);
  if (scrolled) scrollAway(el, cover);
  for (const { n, port } of scrollersOf(standIn(el) || el)) {
    const b = boxOf(el), k = n ? (port.right - port.x) / read(n, 'clientWidth') || 1 : 1;
    const off = (from, to, lo, hi, mode) => (canScroll(mode) && (from < lo || to > hi || behind) ? ((from + to) / 2 - (lo + hi) / 2) / k : 0);
    const left = off(b.left, b.right, port.x, port.right, port.modes[0]), top = off(b.top, b.bottom, port.y, port.bottom, port.modes[1]);
    if (!left && !top) continue;
    if (n) call(n, 'scrollBy', { left, top, behavior: 'instant' }); else scrollBy({ left, top, behavior: 'instant' });
    scrolled = true;
    styles.clear();
  }
  return scrolled;
};
// Scrolls a cover away from an element that stays in place, such as the main part from the footer under it, as far as it takes.
const scrollAway = (el, cover) => {
  const r = pressBox(el), c = rect(cover), up = c.bottom - r.top, down = r.bottom - c.top;
  for (const { n, port } of movers(cover, el)) {
    const [back, on] = port.room[1], top = up <= on || back < down ? Math.min(up, on) : -down;
    if (n) call(n, 'scrollBy', { top, behavior: 'instant' }); else scrollBy({ top, behavior: 'instant' });
  }
  styles.clear();
};
const hasSize = (r) => r.width > 0 && r.height > 0;
const pressBox = (el) => (matches(el, 'area') && areaOf(el).box || [rect(el), sight(el).r].find((r) => r && hasSize(r)) || rect(el));

// The point to press, {ok, x, y}, with partly if the middle of the element is out of sight; or {why, cover}. A link that
// breaks over two lines is pressed on one of them, not between.
const hitPoint = (el, whole, kept) => {
  let why = '', cover, drawn = '';
  for (const { x, y, partly } of pressPoints(el, kept)) {
    const top = deepest(x, y), foreign = top && el !== whole && contains(whole, top) && ownControl(top, whole);
    if (top && !foreign && (hits(whole, top) || contains(el, top) && (el === whole || !ownControl(top, el)))) return { ok: true, x, y, partly, cover };
    if (top && contains(top, el)) drawn ||= drawnOver(top, el, x, y);
    if (!top || contains(top, el)) continue;
    cover ||= coverRoot(top, el, x, y);
    why ||= `it is covered by ${describe(cover)}`;
  }
  if (el === whole && getComputedStyle(el).pointerEvents === 'none') return { why: 'it takes no clicks (pointer-events: none)' };
  return { why: why || hiddenReason(el) || drawn || 'it is outside of the window', cover };
};
// The point of the element that the locator means (Locator.At), as pixels from its top left; undefined for its middle.
const offsetIn = (target, el) => {
  if (!target.or) return target.at;
  const { or, ...first } = target;
  return find(first).includes(el) ? target.at : offsetIn(or, el);
};
const pointIn = (el, [x, y]) => { const r = pressBox(el); return { x: r.x + x, y: r.y + y }; };
const around = ({ x, y }) => new DOMRect(x - 1, y - 1, 2, 2);
// hitPoint for a point of the element.
const hitAt = (el, whole, offset) => {
  const size = pressBox(el), { x, y } = pointIn(el, offset), at = offset.join(', ');
  if (offset[0] >= size.width || offset[1] >= size.height) return { why: `the point ${at} is outside of it: it is ${Math.round(size.width)} by ${Math.round(size.height)} pixels` };
  const { why, moved } = clipped(standIn(el) || el, around({ x, y }), false, el), top = why || moved ? null : deepest(x, y);
  if (top && (hits(whole, top) || contains(el, top))) return { ok: true, x, y };
  if (why || !top) return { why: why ? `its point ${at} cannot be reached: ${why}` : hiddenReason(el) || `its point ${at} is outside of the window` };
  if (getComputedStyle(el).pointerEvents === 'none') return { why: 'it takes no clicks (pointer-events: none)' };
  if (contains(top, el)) return { why: `nothing of it is at its point ${at}` };
  const cover = coverRoot(top, el, x, y);
  return { why: `it is covered by ${describe(cover)} at its point ${at}`, cover };
};
const middle = ({ x, y, right, bottom }) => ({ x: (x + right) / 2, y: (y + bottom) / 2 });
// The points of the element, in the window, that a person might press, the best first: the middle of the element or of one
// of its lines, other points of its visible part, its content.
function* pressPoints(el, kept) {
  if (kept) { yield middle(kept); return; }
  const stand = standIn(el) || el, parts = [];
  const inWindow = (by, r) => { const c = hasSize(r) ? clipped(by, r, false, el) : {}; return c.box && !c.moved && c.box; };
  for (const r of matches(el, 'area') ? [pressBox(el)] : [rect(el), ...[...call(el, 'getClientRects')].slice(0, 3), pressBox(el)]) {
    const part = inWindow(stand, r), m = middle(r);
    if (!part) continue;
    parts.push(part);
    if (m.x >= part.x && m.x <= part.right && m.y >= part.y && m.y <= part.bottom) yield m;
  }
  for (const { x, y, right, bottom } of parts.slice(0, 2)) {
    for (const [i, j] of [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.06, 0.5]]) yield { x: x + (right - x) * i, y: y + (bottom - y) * j, partly: true };
  }
  let left = 10;
  for (const b of contentOf(el, { left: 60 })) {
    const part = inWindow(b.by, b.r);
    if (part) yield middle(part);
    if (--left === 0) return;
  }
}
