// Where a picture of the page shows a secret, and where it shows what the step looked for, or what is nearest to it. It only
// looks. Inputs: secrets (in all their forms), wish (what was looked for, or null). find.js and why.js stand before it.

const hidden = [], meant = [], near = [];
const put = (list, r, at) => { if (r.width > 0 && r.height > 0) list.push([r.left + at.x, r.top + at.y, r.width, r.height]); };
const lower = secrets.map((s) => s.toLowerCase());
const tells = (text) => { const t = (text || '').toLowerCase(); return lower.some((s) => t.includes(s)); };

// Fields that hold one, and those that are made for one.
const holdsSecret = (el) => {
  if (el.matches('input[type=password],input[autocomplete$=password],input[autocomplete^=cc-],input[autocomplete=one-time-code]')) return true;
  if (el.matches('select')) return [...el.selectedOptions].some((o) => tells(o.label));
  return el.matches('input,textarea') && (tells(el.value) || tells(el.placeholder));
};

// The text itself, not the whole of the element that it is in; it may be split over several elements.
const coverText = (el, at) => {
  if (!tells(el.textContent)) return;
  const inner = [...el.children].filter((c) => tells(c.textContent));
  if (inner.length) { inner.forEach((c) => coverText(c, at)); }
  const own = [...el.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && tells(n.data));
  const spots = own.length ? own : inner.length ? [] : [el];
  for (const spot of spots) {
    const range = document.createRange();
    range.selectNodeContents(spot);
    for (const r of range.getClientRects()) put(hidden, r, at);
  }
};

const coverIn = (root, at) => {
  for (const el of root.querySelectorAll('*')) {
    if (holdsSecret(el)) put(hidden, el.getBoundingClientRect(), at);
    const inner = el.shadowRoot || el.ownerDocument.defaultView?.valkyrieClosed?.get(el);
    if (inner) coverIn(inner, at);
    if (el.matches('iframe,frame,object,embed')) coverFrame(el, at);
  }
  if (lower.length) for (const child of root.children) coverText(child, at);
};

// Another site's frame cannot be looked into. Once there are secrets, it may show one.
const coverFrame = (el, at) => {
  const r = el.getBoundingClientRect();
  let inside = null;
  try { inside = el.contentDocument; } catch { /* another site's */ }
  if (inside) coverIn(inside, { x: at.x + r.left + el.clientLeft, y: at.y + r.top + el.clientTop });
  else if (lower.length) put(hidden, r, at);
};

coverIn(document, { x: 0, y: 0 });
if (wish && wish.target) {
  try {
    for (const el of find(wish.target).slice(0, 5)) put(meant, el.getBoundingClientRect(), { x: 0, y: 0 });
    if (!meant.length) for (const [, el] of likely(wish.target)) put(near, el.getBoundingClientRect(), { x: 0, y: 0 });
  } catch { /* the locator itself is wrong */ }
}
const whole = document.scrollingElement || document.documentElement;
return {
  hidden, target: meant, near, x: scrollX, y: scrollY, width: innerWidth, height: innerHeight, ratio: devicePixelRatio,
  fullWidth: Math.max(innerWidth, whole?.scrollWidth || 0), fullHeight: Math.max(innerHeight, whole?.scrollHeight || 0),
};
