// Saying what is there instead, in words that can be read out on a phone.

const label = (el) => el.tagName.toLowerCase() + (el.id ? '#' + el.id : el.classList.length ? '.' + el.classList[0] : '');
// An element without an id or a class says little; the nearest around it that has an id says more.
const describe = (el) => {
  if (el.id || el.classList.length) return label(el);
  const near = el.closest('[id]');
  return near && near !== document.body ? `${label(el)} in ${label(near)}` : label(el);
};

// Where the customer is, when that is not at the address they asked for. Nobody wants an id read out to them.
const whereabouts = () => {
  const path = location.pathname.replace(/\/(?=[^/]*\d)[^/]{12,}/g, '/…');
  const at = location.protocol.startsWith('http') ? ` (at ${path})` : '';
  return at.length > 80 ? at.slice(0, 79) + '…)' : at;
};

// What may be the cause: a frame whose document has not come, or a page that the site itself did not send.
const cause = () => {
  const stale = performance.getEntriesByType('navigation')[0]?.workerStart ? '; the page was served by its service worker' : '';
  const frames = [...all(document)].filter((el) => el.matches('iframe[src^="/"],iframe[src^=http]') && !performance.getEntriesByName(el.src).length);
  return frames.length ? `; its frame ${frames[0].getAttribute('src')} has not loaded` : stale;
};

// Why nothing was found, with what a person would look at next.
const missing = (target) => {
  const near = nearest(target);
  if (target.within && !find(target.within).some(seen)) return `there is no ${target.within.by} ${quote(target.within.value)} for it to be in`;
  if (target.nth > 1 && find({ ...target, nth: 0 }).some(seen)) return `there are only ${find({ ...target, nth: 0 }).filter(seen).length} of them`;
  if (near.length) return `there is none; the nearest are ${near.map(quote).join(', ')}${cause()}`;
  const loud = [...all(document)].filter((el) => el.matches('h1,h2,[role=status],[role=alert],dialog[open]') && seen(el)).map((el) => squeeze(el.innerText)).filter(Boolean);
  if (loud.length) return `there is none; the page says ${[...new Set(loud)].slice(0, 2).map(quote).join(', ')}${whereabouts()}${cause()}`;
  const text = squeeze(document.body?.innerText);
  return (text ? `there is none; the page begins with ${quote(text)}${whereabouts()}` : 'there is none; the page is blank') + cause();
};

// The names most like the wanted one: a slip or two away, or one that holds the other.
const nearest = (target) => likely(target).map(([n]) => n);
// Each with the first element of that name.
const likely = ({ by, role, value }) => {
  if (!value || by === 'css' || by === 'test id') return [];
  const like = by === 'text' ? ['button', 'link', 'heading', 'status', 'alert'].flatMap(playing) : playing(role || by);
  const others = new Map();
  for (const el of like.slice(0, 500).filter(seen)) { const n = name(el); if (n && n.length < 200 && !others.has(n)) others.set(n, el); }
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
