// Looking until the wish is met, or the slice of time is over.

// Whatever may change what a person sees wakes it: the document, a picture or a style sheet that has come, the end of an
// animation. A timer sees the rest (style sheets that scripts edit, values).
const wakers = ['load', 'error', 'readystatechange', 'input', 'change', 'toggle', 'transitionend', 'animationend'];
const change = (ms) => new Promise((done) => {
  const end = () => {
    clearTimeout(timer);
    observer.disconnect();
    for (const e of wakers) removeEventListener(e, end, true);
    done();
  };
  const timer = setTimeout(end, ms);
  const observer = new MutationObserver(end);
  const watch = (root) => observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  watch(document);
  for (const el of all(document)) if (shadow(el)) watch(shadow(el));
  for (const e of wakers) addEventListener(e, end, true);
});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// The style sheet that keeps the whole page from being painted; what is in the document cannot be seen before it has come.
const entries = (type) => performance.getEntriesByType(type);
const awaited = () => {
  if (!document.head || entries('paint').length) return;
  return [...document.head.querySelectorAll('link[rel~=stylesheet]:not([disabled])')].find((l) =>
    !l.sheet && matchMedia(l.media || 'all').matches && !performance.getEntriesByName(l.href).length);
};
// When the last of those that the page waited for had come. What is over before a person could notice does not count.
const unnoticed = 100;
const dressed = () => Math.max(0, ...entries('resource')
  .filter((e) => e.renderBlockingStatus === 'blocking' && (e.initiatorType === 'link' || e.initiatorType === 'css'))
  .map((e) => performance.timeOrigin + e.responseEnd));

// Since when the wish has been met, as the document's own record has it. It cannot be before the last look that found it
// unmet; when it seems so, something has changed that the record does not know of, and the present look is the best answer.
const since = (seen, missed, now) => {
  const moments = globalThis.valkyrieMoments;
  if (wish.op === 'loaded') return nav?.domInteractive ? performance.timeOrigin + nav.domInteractive : now;
  if (!moments || !seen.length && wish.op !== 'gone') return now;
  const at = seen.length ? Math.min(...seen.map((el) => moments.of(el))) : moments.last;
  if (at < missed || at > now) return now;
  return dressed() > at + unnoticed ? dressed() : at;
};
// Seeing is waiting for what the site brings; everything else is reaching for what should be there.
const sighting = ['visible', 'fresh'].includes(wish.op);
// A thing that is ready to the hand when the customer reaches for it has kept nobody waiting.
const surely = (seen) => globalThis.valkyrieMoments && seen.length && sighting ? Math.min(...seen.map((el) => valkyrieMoments.of(el, true))) : 0;

const begun = clock(), until = begun + sliceMS, key = JSON.stringify(wish);
const nav = entries('navigation')[0];
const before = globalThis.valkyrieMissed;
let missed = before?.key === key ? before.at : 0, first = !missed, last = {};
let hasty = 6; // looks without a pause at a document that is still coming
for (;;) {
  const began = clock();
  last = await wishes[wish.op]();
  const now = clock(), met = last.els || (last.el ? [last.el] : []);
  const blank = last.ok && sighting && awaited();
  if (blank) last = { why: `it is there, but the page stays blank until ${blank.href} has come` };
  if (last.ok || now >= until) {
    if (!last.ok) globalThis.valkyrieMissed = { key, at: blank ? missed : began };
    const at = last.ok ? since(met, missed, now) : now, sure = surely(met);
    const done = !!(last.ok && last.act), text = done ? last.act() : last.text; // after the times were taken
    return { ok: !!last.ok, why: last.why || '', at, sure, first, x: last.x || 0, y: last.y || 0, text: text || '', done, there: !!last.there, hosts: !!last.hosts, url: location.href, status: nav?.responseStatus || 0 };
  }
  // A page that is still falling into place under the customer's hand keeps nobody waiting, unless it goes on and on.
  const settling = last.soon && !sighting && now - begun < unnoticed;
  if (!blank && !settling) {
    missed = began;
    first = false;
  }
  if (last.soon) await frame();
  else {
    await change(Math.max(1, Math.min(100, until - now)));
    // A page that changes all the time is looked at once a frame: its record of moments keeps the time exact.
    if (clock() - began < 8 && !(document.readyState !== 'complete' && hasty-- > 0)) await pause(8);
  }
}
