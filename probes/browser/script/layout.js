// layout: the positions of secrets on the page, and of the query's target or its closest matches. It changes nothing.
// Inputs: secrets (in all their forms) and query (or null). dom.js precedes it; with a query, also find.js and reason.js.

const hidden = [], target = [], near = [];
const put = (list, r, at) => { if (r.width > 0 && r.height > 0) list.push([r.left + at.x, r.top + at.y, r.width, r.height]); };
const folded = (text) => (text || '').toLowerCase().replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '').replace(/\s+/g, ' ');
// A part of a secret that is too short to look for in a text is one only where it is all of a field.
const lower = secrets.filter((s) => s.length > 3).map(folded), short = secrets.filter((s) => s.length <= 3);
const showsSecret = (text) => { const t = folded(text); return lower.some((s) => t.includes(s)); };

// Fields that contain a secret, and fields meant for one.
const holdsSecret = (el) => {
  if (matches(el, 'input[type=password],input[autocomplete$=password],input[autocomplete^=cc-],input[autocomplete=one-time-code]')) return true;
  if (matches(el, 'select')) return [...el.selectedOptions].some((o) => showsSecret(o.label));
  return matches(el, 'input,textarea') && (short.includes(el.value) || showsSecret(el.value) || showsSecret(el.placeholder));
};

// Cover the text itself, not its whole element; it may be split over several elements.
const coverText = (el, at) => {
  if (!showsSecret(textContent(el))) return;
  const inner = childrenOf(el).filter((c) => showsSecret(textContent(c)));
  if (inner.length) { inner.forEach((c) => coverText(c, at)); }
  const own = [...read(el, 'childNodes')].filter((n) => n.nodeType === Node.TEXT_NODE && showsSecret(n.data));
  const spots = own.length ? own : inner.length ? [] : [el];
  for (const spot of spots) {
    const range = call(document, 'createRange');
    range.selectNodeContents(spot);
    for (const r of range.getClientRects()) put(hidden, r, at);
  }
};

const coverIn = (root, at) => {
  for (const el of queryAll(root, 'input,textarea,select')) if (holdsSecret(el)) put(hidden, rect(el), at);
  for (const el of queryAll(root, 'iframe,frame,object,embed')) coverFrame(el, at);
  for (const el of queryAll(root, '*')) {
    const inner = read(el, 'shadowRoot') || read(read(el, 'ownerDocument'), 'defaultView')?.valkyrieClosedRoots?.get(el);
    if (inner) coverIn(inner, at);
  }
  if (lower.length) for (const child of childrenOf(root)) coverText(child, at);
};

// Another site's frame cannot be inspected; once there are secrets, it may show one, so it is covered whole.
const coverFrame = (el, at) => {
  const r = rect(el);
  let inner = null;
  try { inner = read(el, 'contentDocument'); } catch { /* another site's */ }
  if (inner) coverIn(inner, { x: at.x + r.left + read(el, 'clientLeft'), y: at.y + r.top + read(el, 'clientTop') });
  else if (lower.length) put(hidden, r, at);
};

coverIn(document, { x: 0, y: 0 });
if (query && query.target) {
  try {
    for (const el of find(query.target).slice(0, 5)) put(target, rect(el), { x: 0, y: 0 });
    if (!target.length) for (const [, el] of closestTo(query.target)) put(near, rect(el), { x: 0, y: 0 });
  } catch { /* the locator itself is wrong */ }
}
const whole = read(document, 'scrollingElement') || documentElement();
return {
  hidden, target, near, x: scrollX, y: scrollY, width: innerWidth, height: innerHeight, ratio: devicePixelRatio,
  fullWidth: Math.max(innerWidth, (whole && read(whole, 'scrollWidth')) || 0), fullHeight: Math.max(innerHeight, (whole && read(whole, 'scrollHeight')) || 0),
};
