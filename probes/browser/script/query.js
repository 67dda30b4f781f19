// query: the queries of a tab. Each evaluates once and returns {ok, why, ...}; with soon, it is worth evaluating again at
// the next frame. A query does not change the page before it has succeeded; then its act runs, or an action follows.

// A running animation may show the element at any frame.
const changing = (el) => { for (let n = el; n instanceof Element; n = parentOf(n)) if (call(n, 'getAnimations').some((a) => a.playState === 'running')) return true; return false; };
const ends = (el) => { for (let n = el; n instanceof Element; n = parentOf(n)) if (call(n, 'getAnimations').some((a) => a.playState === 'running' && a.effect?.getComputedTiming().iterations !== Infinity)) return true; return false; };

// What is found and seen: {els, found}; or {why}, with the cover if only that hides it.
const look = (target) => (['visible', 'fresh', 'count'].includes(query.op) ? withPictures(() => lookNow(target)) : lookNow(target));
const lookNow = (target) => {
  const found = find(target), els = [];
  let cover;
  for (const el of standingOut(found.filter((one) => isSeen(one, target)), target)) {
    const over = coverOf(el, target);
    if (!over) els.push(el);
    cover ||= over;
  }
  const why = els.length ? '' : cover ? `it is there, but covered by ${describe(cover)}` : found.length ? hiddenReason(found[0], target) : '';
  return { found, els, cover, why };
};

// What a field contains as it displays it, or the text of another element.
const readableValue = (el) => {
  if (!isField(el) || !('value' in el) || matches(el, 'button')) return shownText(el);
  if (matches(el, 'select')) return normalize(chosenText(el));
  const value = matches(el, '[type=file]') ? [...el.files].map((f) => f.name).join(', ') : el.value;
  return value.replace(/\s+/g, ' ').trim(); // as it is: a joiner makes one emoji of several
};

// The one of the elements that changed last, which made their number what it is.
const latest = (els) => (globalThis.valkyrieChanges ? els.reduce((a, b) => (valkyrieChanges.since(b) > valkyrieChanges.since(a) ? b : a)) : els[0]);

const queries = {
  loaded: () => {
    if (readyState() !== 'loading') return { ok: true };
    const shown = query.number && performance.now() > query.number && entries('paint').some((e) => e.name === 'first-contentful-paint');
    return shown ? { ok: true, text: 'loading' } : { why: 'the page is still loading' };
  },
  visible: () => {
    const { found, els, cover, why } = look(query.target);
    if (els.length) return { ok: true, els };
    return { found: !!found.length, why: why || (() => missingReason(query.target)), soon: [...found, ...(cover ? [cover] : [])].some(changing) };
  },
  fresh: () => {
    const { els: now } = look(query.target), before = globalThis.valkyrieSnapshot;
    if (!now.length && before) before.gone[JSON.stringify(query.target)] = true;
    if (!now.length) return queries.visible();
    const els = now.filter(isNew);
    return els.length ? { ok: true, els } : { found: true, why: () => 'it is there, but it was there before; nothing new has come' + errorNote() };
  },
  // Whether the document shows it, for a query that another frame has met.
  shows: () => { const { els } = look(query.target); return els.length ? { ok: true, els } : { why: 'it does not show it' }; },
  gone: () => {
    const { els } = look(query.target);
    if (els.length) return { why: () => 'it is still there' + errorNote(), soon: els.some(ends), left: els };
    if (self === top && readyState() === 'loading' && performance.now() < query.number) return { why: 'the page is still loading, and may yet show it' };
    return { ok: true, blank: self === top && isBlank() };
  },
  count: () => {
    const { els } = look(query.target);
    if (els.length !== query.number) return { found: els.length > 0, why: () => (els.length ? `there ${els.length === 1 ? 'is' : 'are'} ${els.length}` : missingReason(query.target)) + (els.length ? errorNote() : '') };
    return { ok: true, els: [latest(els)] };
  },
  // An attribute may be that of an element which is never visible, such as a meta.
  attribute: () => {
    const found = find(query.target), visible = found.filter(isVisible), els = visible.length ? visible : found;
    if (els.length !== 1) return { why: () => (els.length ? ambiguityReason(query.target, els) : missingReason(query.target)) };
    const value = attribute(els[0], query.attribute), wanted = query.want;
    if (wanted !== undefined && value !== wanted) return { found: true, why: () => (value === null ? `it has no ${query.attribute}` : `its ${query.attribute} is ${quote(value)}`) + errorNote() };
    return { ok: true, el: els[0], text: value ?? '' };
  },
  text: () => {
    const { el, why } = unique(query.target), cover = el && coverOf(el, query.target);
    if (cover) return { found: true, why: `it is there, but covered by ${describe(cover)}` };
    return el ? { ok: true, el, text: readableValue(el) } : { why };
  },
  click: async () => {
    const r = await actionable(query.target, uniqueOrLabel);
    if (!r.ok) return r;
    await handleKeys(clickMS);
    const lost = await lostField();
    if (lost) return lost;
    return { ...r, mayHide: installGuard(r), idle: !query.option && isIdle(r.el), text: query.option === 'drag' ? draggable(r.el) : '' };
  },
  hover: async () => {
    const r = await actionable(query.target, uniqueOrLabel);
    if (r.ok && query.option === 'drop') watchDrop();
    return r;
  },
  fill: async () => {
    const r = await actionable(query.target);
    if (!r.ok) return r;
    const el = fieldIn(r.el), never = refusal(el, query);
    if (never) return { why: never, fatal: !mayBecomeField(el) };
    if (isReadOnly(el) && query.option !== 'pressed') return { ...r, readOnly: true }; // many a field is so only until a person clicks on it
    if (isReadOnly(el)) return { why: 'it is read-only; where it opens a picker, Click on it and on the value' };
    const lost = await lostField();
    if (lost) return lost;
    // A frame may be covered itself; and with frames it is unknown here which of them the target is in.
    return self === top && !frames.length ? { ...r, act: () => enter(el, query.text) } : r;
  },
  enter: () => {
    const { el, why } = unique(query.target);
    return el ? enter(fieldIn(el), query.text) : { why };
  },
  entered,
  check: async () => {
    const r = await actionable(query.target, uniqueOrLabel);
    if (!r.ok) return r;
    const state = checkedState(r.el);
    if (state === undefined) return { fatal: true, why: `it is neither checked nor unchecked: it is a ${label(r.el)}; use Click` };
    const lost = await lostField();
    if (lost) return lost;
    return { ...r, mayHide: String(state) !== query.option && installGuard(r), idle: isIdle(r.el), text: String(state) };
  },
  checked,
  choose: async () => {
    const r = await actionable(query.target, uniqueList);
    if (!r.ok) return r;
    const lost = await lostField();
    if (lost) return lost;
    const drawn = r.handle !== r.el, el = drawn ? r.handle : controlOf(r.el), list = drawn ? 'closed' : listKind(el);
    globalThis.valkyrieShown = list === 'closed' || list === 'open' ? shownIn(el) : undefined;
    if (!list) return { fatal: true, why: noList(el) };
    if (list !== 'select') return { ...r, el, handle: el, mayHide: list === 'closed' && installGuard({ ...r, el, handle: el }), idle: isIdle(el), text: list };
    const option = optionOf(el, query.option);
    if (!option) openList(el); // its options may come only then
    globalThis.valkyriePressed = el;
    return option && !optionOff(option) ? { ...r, text: list } : { why: option ? 'that option is disabled' : `it has no such option; it offers ${offered(el)}` };
  },
  pick,
  said: () => ({ ok: true, text: saidNote() }),
  searchable,
  chosen,
  lost,
  snapshot: async () => {
    if (!query.option) await handleKeys(keyMS);
    const lost = !query.option && await lostField();
    if (lost) return lost;
    if (!query.option) globalThis.valkyrieKept = [];
    return { ok: true, mayHide: snapshot(query.option) };
  },
  upload: async () => {
    const r = await actionable(query.target, uniqueOrLabel), { el } = r;
    if (!r.ok) return r;
    const lost = await lostField();
    if (lost) return lost;
    const input = fieldIn(el);
    if (isTextField(input)) return { fatal: true, why: `it takes no files: it is a ${label(input)}` };
    if (!isFile(input)) { globalThis.valkyriePressed = el; return { ok: true }; } // it may open a file chooser, or take a dropped file
    const off = disabled(input);
    return off ? { why: off } : { ok: true, done: true, act: () => keepFileInput(input) };
  },
  seek,
  dropped,
  pressed: () => {
    const { el, why } = unique(query.target);
    globalThis.valkyriePressed = el;
    return { ok: !!el, why, acted: globalThis.valkyrieChanges?.last };
  },
  unpressed: () => ({ ok: globalThis.valkyriePointer?.pressed === false }),
  accepts: () => fileRefusal(query),
  uploaded,
};

// An element that only a script gives an effect, in a document whose scripts may still be starting.
const startMS = 3000;
const isIdle = (el) => {
  globalThis.valkyriePressed = el;
  if (performance.now() > startMS) return false;
  for (let n = el; n instanceof Element; n = parentOf(n)) {
    if (matches(n, 'a[href]:not([href="#"],[href^="javascript:"]),area,input,select,textarea,option,summary,label,video,audio,[contenteditable],[popovertarget],[commandfor]')) return false;
    if (matches(n, 'button') && read(n, 'form')) return false;
  }
  return true;
};
// Installs the guard, which reports the click's time and its hit target (an element that was re-rendered meanwhile counts).
// It also takes a snapshot of the page's text, so that a later query can find new text.
const installGuard = (r) => {
  const mayHide = snapshot();
  const hit = (e) => {
    const got = e.composedPath()[0]; // for an element in a closed shadow root this is the host
    const on = !(got instanceof Element) ? documentElement() : closedShadowRoots.get(got) ? deepest(e.clientX, e.clientY) || got : got;
    return { hit: hits(r.el, on) || find(query.target).some((one) => hits(one, on)), by: describe(on) };
  };
  guard(r, hit, (what) => {
    if (what.at && query.op === 'click') settleEntries();
    globalThis.valkyrieClicked?.(JSON.stringify(what));
  }, query.op === 'click' ? query.option : '');
  return mayHide;
};
// After a click the page may undo entries on purpose. Only a failure names those.
const settleEntries = () => { globalThis.valkyriePast = kept(); globalThis.valkyrieKept = []; };
const pageText = once(() => displayed(page()));
// Takes the snapshot. Returns whether elements may hide a closed shadow root, whose text belongs to the snapshot too;
// searched says that those were searched already.
const snapshot = (searched) => {
  globalThis.valkyrieSnapshot = { text: pageText(), gone: {}, at: clock() };
  const hosts = [...all(document)].filter((el) => read(el, 'localName').includes('-') && !read(el, 'shadowRoot') && !closedShadowRoots.has(el));
  if (searched) hosts.forEach((el) => closedShadowRoots.set(el, null));
  return hosts.length > 0;
};
// New is text that was not in the snapshot, appears more often than in it, or was gone in between. A page that was opened
// since has no snapshot, and all of it is new.
const isNew = (el) => {
  const before = globalThis.valkyrieSnapshot, text = shownText(el);
  if (!before || before.gone[JSON.stringify(query.target)]) return true;
  if (!text) return !globalThis.valkyrieChanges || valkyrieChanges.since(el, true) > before.at; // a picture
  return pageText().split(text).length > before.text.split(text).length;
};
