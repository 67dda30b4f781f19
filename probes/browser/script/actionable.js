// actionable: whether, and where, a person could act on an element: visible, enabled, stable, and not covered.

// The next animation frame; a page that paints none is not moving either.
const frame = () => new Promise((done) => { const t = setTimeout(done, 250); requestAnimationFrame(() => { clearTimeout(t); done(); }); });
const deepest = (x, y) => {
  let el = call(document, 'elementFromPoint', x, y);
  for (let root; el && (root = shadow(el));) { const inner = root.elementFromPoint(x, y); if (!inner || inner === el) break; el = inner; }
  return el;
};
const hits = (el, node) => contains(el, node) || labelsOf(el).some((l) => contains(l, node));
const unique = (target) => {
  const found = find(target);
  if (!found.length) return { why: () => missingReason(target) };
  const visible = found.filter(isVisible);
  if (!visible.length) return { why: hiddenReason(found[0]) };
  if (visible.length > 1) return { why: () => ambiguityReason(target, visible) };
  return { el: visible[0] };
};

// A styled checkbox or file field hides the input itself; the label is the target then.
const uniqueOrLabel = (target) => {
  const found = find(target), visible = found.filter((el) => isVisible(el) || labelsOf(el).some(isVisible));
  if (visible.length !== 1) return unique(target);
  const el = visible[0];
  return { el, handle: isVisible(el) ? el : labelsOf(el).find(isVisible) };
};
const disabled = (el) => {
  if (matches(el, ':disabled')) return 'it is disabled';
  for (let n = el; n; n = parentOf(n)) if (n instanceof Element && matches(n, '[aria-disabled=true],[inert]')) return 'it is disabled';
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

// The element that the target means, if a person could act on it; otherwise why not.
const actionable = async (target, by = unique) => {
  const { el, handle = el, why } = by(target);
  if (!el) return { why };
  const off = disabled(el);
  if (off) return { why: off };
  call(handle, 'scrollIntoView', { block: 'center', inline: 'center', behavior: 'instant' });
  // Only a pointer can miss a moving element; typing goes to the focus.
  if (['click', 'hover', 'check'].includes(query.op)) {
    // Before its style sheets have loaded, a page has a layout but is not painted, and all of it will move.
    const blank = blockingStylesheet();
    if (blank) return { why: `the page stays blank until ${blank.href} has come`, soon: true };
    if (query.op !== 'hover') movePointer(hitPoint(handle, el)); // a hover moves the pointer once, at the end
    if (!await stable(handle)) return { why: read(handle, 'isConnected') ? 'it is moving' : 'the page keeps replacing it', soon: true };
  }
  return { el, handle, ...hitPoint(handle, el) };
};

// The point to press. A link that breaks over two lines is pressed on one of them, not between.
const hitPoint = (el, whole) => {
  if (getComputedStyle(el).pointerEvents === 'none') return { why: 'it takes no clicks (pointer-events: none)' };
  let why = 'it is outside of the window';
  for (const b of [rect(el), ...[...call(el, 'getClientRects')].slice(0, 3)]) {
    const x = b.x + b.width / 2, y = b.y + b.height / 2, top = deepest(x, y);
    if (top && (hits(el, top) || hits(whole, top))) return { ok: true, x, y };
    if (top) why = `it is covered by ${describe(top)}`;
  }
  return { why };
};
