// reason: why a query is not met, in words that can be read out on a phone.

const label = (el) => {
  const id = attribute(el, 'id'), classes = read(el, 'classList');
  return read(el, 'localName') + (id ? '#' + id : classes.length ? '.' + classes[0] : '');
};
// An element without an id or a class is named by its nearest ancestor with an id.
const describe = (el) => {
  if (attribute(el, 'id') || read(el, 'classList').length) return label(el);
  const near = call(el, 'closest', '[id]');
  return near && near !== body() ? `${label(el)} in ${label(near)}` : label(el);
};

// The current path. Ids in it are shortened, since the text is read out.
const locationNote = () => {
  const path = location.pathname.replace(/\/(?=[^/]*\d)[^/]{12,}/g, '/…');
  const at = location.protocol.startsWith('http') ? ` (at ${path})` : '';
  return at.length > 80 ? at.slice(0, 79) + '…)' : at;
};

// A likely cause: a frame whose document has not loaded, or a page served by a service worker instead of the site.
const cause = () => {
  const stale = performance.getEntriesByType('navigation')[0]?.workerStart ? '; the page was served by its service worker' : '';
  const frames = [...all(document)].filter((el) => matches(el, 'iframe[src^="/"],iframe[src^=http]') && !performance.getEntriesByName(el.src).length);
  return frames.length ? `; its frame ${attribute(frames[0], 'src')} has not loaded` : stale;
};

// Why nothing was found, with the next things that a person would check: similar names, messages, the page's text.
const missingReason = (target) => {
  const near = nearest(target);
  if (target.within && !find(target.within).some(isVisible)) return `there is no ${target.within.by} ${quote(target.within.value)} for it to be in`;
  if (target.nth > 1 && find({ ...target, nth: 0 }).some(isVisible)) return `there are only ${find({ ...target, nth: 0 }).filter(isVisible).length} of them`;
  if (near.length) return `there is none; the nearest are ${near.map(quote).join(', ')}${cause()}`;
  const messages = [...all(document)].filter((el) => matches(el, 'h1,h2,[role=status],[role=alert],dialog[open]') && isVisible(el)).map((el) => normalize(innerText(el))).filter(Boolean);
  if (messages.length) return `there is none; the page says ${[...new Set(messages)].slice(0, 2).map(quote).join(', ')}${locationNote()}${cause()}`;
  const text = normalize(body() && innerText(body()));
  return (text ? `there is none; the page begins with ${quote(text)}${locationNote()}` : 'there is none; the page is blank') + cause();
};

// The names closest to the wanted one by edit distance.
const nearest = (target) => closestTo(target).map(([n]) => n);
// The closest names, each with the first element of that name.
const closestTo = ({ by, role, value }) => {
  if (!value || by === 'css' || by === 'test id') return [];
  const like = by === 'text' ? ['button', 'link', 'heading', 'status', 'alert'].flatMap(withRole) : withRole(role || by);
  const others = new Map();
  for (const el of like.slice(0, 500).filter(isVisible)) { const n = name(el); if (n && n.length < 200 && !others.has(n)) others.set(n, el); }
  const ranked = [...others].map((o) => [distance(o[0].toLowerCase(), value.toLowerCase()), o]).filter((o) => o[0] <= 0.6);
  return ranked.sort((a, b) => a[0] - b[0]).slice(0, 3).map((o) => o[1]);
};
const distance = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length] / Math.max(a.length, b.length, 1);
};
