// poll: evaluates the query until it is met or the time slice is over, and returns the result.

// Everything that may change the visible page wakes the poll: mutations, a loaded picture or style sheet, the end of an animation. A look
// at the rest that is cheap (stateOf) wakes it too, for what comes without an event; an evaluation now and then finds what is left.
const wakeEvents = ['load', 'error', 'readystatechange', 'input', 'change', 'toggle', 'transitionend', 'animationstart', 'animationend', 'focusin', 'hashchange'];
const wakes = (globalThis.valkyrieWakes ??= (() => {
  const counted = { events: 0 };
  for (const e of wakeEvents) addEventListener(e, () => { counted.events++; }, true);
  return counted;
})());
const stateOf = () => {
  const root = documentElement(), state = [wakes.events, globalThis.valkyrieChanges?.last, innerWidth, innerHeight, root && read(root, 'scrollHeight'), root && read(root, 'scrollWidth')];
  for (const sheet of [...read(document, 'styleSheets'), ...read(document, 'adoptedStyleSheets')]) try { state.push(sheet.disabled || sheet.cssRules.length); } catch { /* another site's */ }
  for (const el of queryAll(document, 'input,textarea,select').slice(0, 50)) state.push(el.type === 'checkbox' || el.type === 'radio' ? el.checked : el.value);
  return state.join();
};
const stateMS = 100; // between two looks at the state
const nextChange = (ms) => new Promise((done) => {
  const before = stateOf(), end = () => {
    clearTimeout(timer);
    clearInterval(looks);
    observer.disconnect();
    for (const e of wakeEvents) removeEventListener(e, end, true);
    done();
  };
  const timer = setTimeout(end, ms), looks = setInterval(() => { if (stateOf() !== before) end(); }, stateMS);
  const observer = new MutationObserver(end);
  const watch = (root) => observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  watch(document);
  for (const el of all(document)) if (shadow(el)) watch(shadow(el));
  for (const e of wakeEvents) addEventListener(e, end, true);
  if (read(document, 'fonts').status === 'loading') for (const f of read(document, 'fonts')) if (f.status === 'loading') f.loaded.then(end, end);
});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const applies = (link) => { const media = matchMedia(link.media || 'all'); return media.matches; };
// The style sheet that blocks rendering: nothing in the document is visible before it has loaded.
const entries = (type) => performance.getEntriesByType(type);
const blockingStylesheet = () => {
  const head = read(document, 'head');
  if (!head || entries('paint').length) return;
  return queryAll(head, 'link[rel~=stylesheet]:not([disabled])').find((l) =>
    !l.sheet && applies(l) && !performance.getEntriesByName(l.href).length);
};
// When the last render-blocking style sheet had loaded. A delay too short for a person to notice does not count.
const unnoticedMS = 100;
const stylesLoadedAt = () => Math.max(0, ...entries('resource')
  .filter((e) => e.renderBlockingStatus === 'blocking' && (e.initiatorType === 'link' || e.initiatorType === 'css'))
  .map((e) => performance.timeOrigin + e.responseEnd));

// When the document could be used, or was on screen while it was still loading.
const shownAt = () => {
  const at = nav?.domInteractive || entries('paint').find((e) => e.name === 'first-contentful-paint')?.startTime;
  return at && performance.timeOrigin + at;
};
// Since when the query has been met, by the document's own record of changes. That cannot be before the last evaluation
// that found it unmet; if it seems so, the record missed the change, and the time of this evaluation is the best answer.
const metSince = (elements, unmetAt, now) => {
  const changes = globalThis.valkyrieChanges;
  if (query.op === 'loaded') return shownAt() || now;
  if (!changes || !elements.length && query.op !== 'gone') return now;
  const at = elements.length ? Math.min(...elements.map(paintedSince)) : changes.last;
  if (at < unmetAt || at > now) return now;
  return stylesLoadedAt() > at + unnoticedMS ? stylesLoadedAt() : at;
};
// Since when the element has its current state and is painted: its text may have waited for a web font.
const paintedSince = (el) => {
  const at = valkyrieChanges.since(el), { by, text } = expecting ? sight(el, query.target) : {};
  const came = text ? fontCameAt(by) : 0;
  return came > at + unnoticedMS ? came : at;
};
// An expectation waits for the site's result; every other query acts on what should be there already.
const expecting = ['visible', 'fresh', 'count'].includes(query.op) || query.op === 'attribute' && query.want !== undefined;
// A lower bound of the wait: an element that is ready when the customer acts on it adds no wait.
const surelySince = (elements) => globalThis.valkyrieChanges && elements.length && expecting ? Math.min(...elements.map((el) => valkyrieChanges.since(el, true))) : 0;

// A reason may be a function: describing the page costs more than the query, and only the last reason is reported. So one is kept for a
// second, or longer while the page is as it was then; but in the step's last slices, which are short, only if it is both.
const reasonOf = ({ why }) => (typeof why === 'function' ? why() : why || '');
const [wholeSliceMS, reasonMS, longReasonMS] = [400, 1000, 5000];
const recentReason = (last) => {
  const recent = globalThis.valkyrieReason, state = stateOf();
  if (typeof last.why === 'function' && !last.fatal && recent?.key === key) {
    const age = clock() - recent.at, same = recent.state === state;
    if (sliceMS >= wholeSliceMS ? age < reasonMS || same && age < longReasonMS : same && age < reasonMS) return recent;
  }
  globalThis.valkyrieReason = { key, why: reasonOf(last), heard: heard(), at: clock(), state };
  return valkyrieReason;
};
// The messages of errors in a frame, which its page does not know, and where they are.
const saidInFrame = () => {
  if (self === top) return {};
  const { els, texts } = errorsShown();
  return { said: says(texts), saidIn: boxesOfSights(els.slice(0, 4).map((el) => sight(el))) };
};

// How long a page without a change that wakes the poll is left alone after an evaluation.
const observing = expecting || query.op === 'gone'; // others wait for frames
const changelessMS = observing ? wholeSliceMS : stateMS;

const boxesOfSights = (all) => all.filter((s) => s.box).map(({ box: b, text, moved }) => ({ x: b.x, y: b.y, right: b.right, bottom: b.bottom, text: !!text, moved: !!moved }));
// Whether only a picture tells that any of the elements can be read, and what their styles say. To be gone is doubted only by a style
// that says so: most are seen for a while. An attribute need not be seen.
const doubtIn = (sights) => {
  const doubts = sights.map((s) => s.doubt || (s.box && mayBeCovered(s) ? 'covered' : '')), all = ['covered', 'unknown', 'same'];
  if (!doubts.length || doubts.includes('') || query.op === 'attribute' || query.op === 'gone' && doubts.some((d) => d !== 'same')) return '';
  return all.find((d) => doubts.includes(d));
};

globalThis.valkyrieUnscrollable = !!query.unscrollable;
const start = clock(), until = start + sliceMS, key = JSON.stringify({ ...query, held: undefined });
const nav = entries('navigation')[0];
const before = globalThis.valkyrieUnmet;
let unmetAt = before?.key === key ? before.at : 0, first = !unmetAt, last = {};
let eagerPolls = 6; // evaluations without a pause while the document is still loading
// The slice before has ended with an evaluation, which need not be repeated at once if the page is as it was then.
const miss = globalThis.valkyrieMiss, left = miss?.key === key ? Math.min(miss.at + changelessMS, until) - start : 0;
if (left > 0 && observing && miss.state === stateOf()) await nextChange(left);
for (;;) {
  const began = clock();
  last = await queries[query.op]();
  if (!last.act && await picturesRead()) last = await queries[query.op]();
  if (!last.ok) noteNews();
  const now = clock(), met = last.els || (last.el ? [last.el] : []);
  const blank = last.ok && expecting && blockingStylesheet();
  if (blank) last = { why: `it is there, but the page stays blank until ${blank.href} has come` };
  if (last.ok && expecting && matches(documentElement(), ':active-view-transition')) last = { why: 'it is there, but a view transition still shows the page before' };
  if (!last.ok && now >= until && expecting) last = { ...last, ...await garbledField() };
  if (last.ok || last.fatal || last.lost || last.held || now >= until) {
    globalThis.valkyrieMiss = last.ok || last.soon ? undefined : { key, at: now, state: stateOf() };
    if (!last.ok) globalThis.valkyrieUnmet = { key, at: blank || last.inPlace ? unmetAt : began };
    const at = last.ok ? metSince(met, unmetAt, now) : now, sure = surelySince(met);
    const sights = (last.ok ? met : last.left || []).slice(0, 4).map((el) => sight(el, query.target)), doubt = doubtIn(sights);
    if (observing) met.slice(0, 4).forEach(noteHosts);
    const boxes = doubt || self !== top ? boxesOfSights(sights) : []; // in a frame, its parent may hide them (FrameBoxes)
    const done = !!(last.ok && last.act);
    if (done) last = { ...last, ok: false, ...await last.act() }; // after the timestamps were taken
    const { why, heard: words = [] } = last.ok ? { why: reasonOf(last) } : recentReason(last);
    return { ok: !!last.ok, why, heard: words, fatal: !!last.fatal, lost: last.lost || 0, at, sure, first, x: last.x || 0, y: last.y || 0, text: last.text || '', done, boxes, doubt,
      ...(last.ok || last.fatal ? {} : saidInFrame()), acted: last.acted || 0, again: !!last.again, paste: !!last.paste, picked: !!last.picked, idle: !!last.idle, held: !!last.held, blank: !!last.blank, readOnly: !!last.readOnly,
      found: !!last.found, mayHide: !!last.mayHide || last.ok && mayCover, url: location.href, status: nav?.responseStatus || 0, opened: performance.timeOrigin };
  }
  // A short layout shift under the pointer does not count as the customer's wait; a continuing one does, unless the element
  // stays within its own size.
  const settling = last.inPlace || last.soon && !expecting && now - start < unnoticedMS;
  if (!blank && !settling) {
    unmetAt = began;
    first = false;
  }
  if (last.soon || !query.held && await seekInLists()) await frame();
  else {
    const took = observing ? now - began : 0;
    await nextChange(Math.max(1, Math.min(changelessMS, until - now)));
    // A page that changes all the time is evaluated once a frame, and a large one less often, so that the evaluations do not slow it
    // down: its record of changes keeps the time exact.
    const rest = Math.max(8, 4 * took) - (clock() - now);
    if (rest > 0 && !(readyState() !== 'complete' && eagerPolls-- > 0)) await pause(Math.min(rest, until - clock()));
  }
}
