// Whether, and where, a person could act on an element.

// The next frame; a page that paints none is not moving either.
const frame = () => new Promise((done) => { const t = setTimeout(done, 250); requestAnimationFrame(() => { clearTimeout(t); done(); }); });
const deepest = (x, y) => {
  let el = document.elementFromPoint(x, y);
  for (let root; el && (root = shadow(el));) { const inner = root.elementFromPoint(x, y); if (!inner || inner === el) break; el = inner; }
  return el;
};
const mine = (el, node) => holds(el, node) || [...(el.labels || [])].some((l) => holds(l, node));
const only = (target) => {
  const found = find(target);
  if (!found.length) return { why: missing(target) };
  const visible = found.filter(seen);
  if (!visible.length) return { why: unseen(found[0]) };
  if (visible.length > 1) return { why: `there are ${visible.length} of them; say which one` };
  return { el: visible[0] };
};

// A styled checkbox or file field hides the input itself; a person acts on its label.
const handle = (target) => {
  const found = find(target), visible = found.filter((el) => seen(el) || [...(el.labels || [])].some(seen));
  if (visible.length !== 1) return only(target);
  const el = visible[0];
  return { el, grip: seen(el) ? el : [...el.labels].find(seen) };
};
const disabled = (el) => {
  if (el.matches(':disabled')) return 'it is disabled';
  for (let n = el; n; n = up(n)) if (n instanceof Element && n.matches('[aria-disabled=true],[inert]')) return 'it is disabled';
  return '';
};

// A person's pointer is on the thing before they press. So it is sent there at once, and what that does to the page (menus
// unfold, buttons move away) is seen by the looks that follow, or at the press, which is kept from the page then: see
// guard. In a frame of the page it is not known here where in the window that is, and the pointer comes later.
let approached = false;
const approach = ({ ok, x, y }) => {
  if (!ok || self !== top || approached) return;
  globalThis.valkyriePointer = {}; // it may have been there before; this time, too, it is to be seen to come
  globalThis.valkyrieNear?.(JSON.stringify({ x, y }));
  approached = true;
};

// One that a person could act on: visible, enabled, still, and on top.
const actionable = async (target, by = only) => {
  const { el, grip = el, why } = by(target);
  if (!el) return { why };
  const off = disabled(el);
  if (off) return { why: off };
  grip.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  // Only a pointer can miss what moves; typing goes to whatever has the focus.
  if (['click', 'hover', 'check'].includes(wish.op)) {
    // Before its style sheets have come a page is laid out, but not painted; nobody can point at it, and all of it will move.
    const blank = awaited();
    if (blank) return { why: `the page stays blank until ${blank.href} has come`, soon: true };
    if (wish.op !== 'hover') approach(reach(grip, el)); // a hover is all about the pointer's coming: once, and last
    if (!await still(grip)) return { why: grip.isConnected ? 'it is moving' : 'the page keeps replacing it', soon: true };
  }
  return { el, grip, ...reach(grip, el) };
};

// Where to touch it, being all or part of the whole. A link that breaks over two lines is touched on one of them, not between.
const reach = (el, whole) => {
  if (getComputedStyle(el).pointerEvents === 'none') return { why: 'it takes no clicks (pointer-events: none)' };
  let why = 'it is outside of the window';
  for (const b of [el.getBoundingClientRect(), ...[...el.getClientRects()].slice(0, 3)]) {
    const x = b.x + b.width / 2, y = b.y + b.height / 2, top = deepest(x, y);
    if (top && (mine(el, top) || mine(whole, top))) return { ok: true, x, y };
    if (top) why = `it is covered by ${describe(top)}`;
  }
  return { why };
};
