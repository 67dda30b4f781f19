// Whether, and where, a person could act on an element.

// The next frame; a page that paints none is not moving either.
const frame = () => new Promise((done) => { const t = setTimeout(done, 250); requestAnimationFrame(() => { clearTimeout(t); done(); }); });
const deepest = (x, y) => {
  let el = document.elementFromPoint(x, y);
  while (el?.shadowRoot) { const inner = el.shadowRoot.elementFromPoint(x, y); if (!inner || inner === el) break; el = inner; }
  return el;
};
const holds = (outer, inner) => { for (let n = inner; n; n = n.parentNode || n.host) if (n === outer) return true; return false; };
const mine = (el, node) => holds(el, node) || [...(el.labels || [])].some((l) => holds(l, node));
const only = (target) => {
  const found = find(target);
  if (!found.length) return { why: missing(target) };
  const visible = found.filter(seen);
  if (!visible.length) return { why: 'it is there, but not visible' };
  if (visible.length > 1) return { why: `there are ${visible.length} of them; say which one` };
  return { el: visible[0] };
};

// One that a person could act on: visible, enabled, still, and on top.
const actionable = async (target) => {
  const { el, why } = only(target);
  if (!el) return { why };
  if (el.matches(':disabled') || el.closest('[aria-disabled=true],[inert]')) return { why: 'it is disabled' };
  el.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  // Only a pointer can miss what moves; typing goes to whatever has the focus.
  const b = wish.op === 'click' ? await still(el) : el.getBoundingClientRect();
  if (!b) return { why: 'it is moving', soon: true };
  const x = b.x + b.width / 2, y = b.y + b.height / 2;
  const top = deepest(x, y);
  if (!top) return { why: 'it is outside of the window' };
  if (!mine(el, top)) return { why: `it is covered by ${describe(top)}` };
  return { ok: true, el, x, y };
};
