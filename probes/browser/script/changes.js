// changes: records when each part of the document got its current state. It runs in every document from the start, so that
// the time at which something appeared is known even if it is queried later.

const added = new WeakMap(); // when the element was added: its content may be visible since
const toggled = new WeakMap(); // when its attributes changed: its content may be visible since
const styled = new WeakMap(); // when its style attribute changed: a script may be moving it
const filled = new WeakMap(); // when its children or text changed: it has its current text since
const born = read(document, 'body') ? clock() : 0; // a new window's first document is older than this script, by an unknown time
const note = (records) => {
  const now = changes.last = clock();
  let room = maxRecent;
  changes.times = [...changes.times.slice(-2), now];
  for (const r of records) {
    if (r.type === 'attributes') toggled.set(r.target, now);
    if (r.attributeName === 'style' || r.attributeName === 'transform') styled.set(r.target, now);
    if (r.type !== 'attributes') filled.set(r.type === 'characterData' ? outerOf(r.target) || r.target : r.target, now);
    for (const n of r.addedNodes) if (n.nodeType === 1) added.set(n, now);
    if (room > 0) room -= keepRecent(r, now);
  }
};
// The elements that have just come, or whose text or attributes have just changed, for script/news.js: at most maxRecent, the latest last.
const maxRecent = 60;
const keepRecent = ({ type, target, addedNodes }, now) => {
  const els = [...addedNodes].slice(0, maxRecent).map((n) => (n.nodeType === 1 ? n : target));
  if (type !== 'childList') els.push(type === 'attributes' ? target : outerOf(target));
  for (const el of els) if (el instanceof Element) { changes.recent.delete(el); changes.recent.set(el, now); }
  for (const el of changes.recent.keys()) if (changes.recent.size > maxRecent) changes.recent.delete(el); else break;
  return els.length;
};
const observer = new MutationObserver(note);
const changes = {
  last: 0, // time of the latest change
  times: [], // times of the latest three changes
  recent: new Map(), // see keepRecent
  // Since when el has its current state; 0: since before the recording. Its first 200 descendants count too. With sure,
  // changes of attributes are ignored: most are not visible.
  since(el, sure = false) {
    const pending = observer.takeRecords();
    if (pending.length) note(pending);
    let at = Math.max(born, filled.get(el) || 0);
    const later = (map, n) => { at = Math.max(at, map.get(n) || 0); };
    for (let n = el; n; n = outerOf(n)) { later(added, n); if (!sure) later(toggled, n); }
    const inner = call(el, 'getElementsByTagName', '*');
    for (let i = 0; i < inner.length && i < 200; i++) { later(added, inner[i]); later(filled, inner[i]); }
    return at;
  },
};
// When a script last changed the style of el or of an element around it; 0: never.
changes.styledAt = (el) => {
  let at = 0;
  for (let n = el; n; n = outerOf(n)) at = Math.max(at, styled.get(n) || 0);
  return at;
};
observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
globalThis.valkyrieChanges = changes;

// When each web font began to load, and when it came or failed: until then, text in it may be invisible.
changes.fontTimes = new WeakMap();
const followFonts = () => {
  for (const f of read(document, 'fonts')) {
    if (f.status !== 'loading' || changes.fontTimes.has(f)) continue;
    const time = { from: clock(), to: 0 }, came = () => { time.to = clock(); };
    changes.fontTimes.set(f, time);
    f.loaded.then(came, came);
  }
};
read(document, 'fonts').addEventListener('loading', followFonts);
followFonts();

// The last position of the mouse, and whether something was pressed in this document. These listeners are registered before any script
// of the page could suppress them.
globalThis.valkyriePointer = { pressed: false };
listen('pointerdown', (e) => { if (e.isTrusted) valkyriePointer.pressed = true; });
listen('pointermove', (e) => { valkyriePointer.x = e.clientX; valkyriePointer.y = e.clientY; });
