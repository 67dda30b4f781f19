// Looking until the wish is met, or the slice of time is over.

// A change of the document wakes it at once; a timer sees what observers do not (style sheets, values, shadow roots).
const change = (ms) => new Promise((done) => {
  const end = () => { clearTimeout(timer); observer.disconnect(); done(); };
  const timer = setTimeout(end, ms);
  const observer = new MutationObserver(end);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
});

const until = clock() + sliceMS;
let first = true, last = {};
for (;;) {
  last = await wishes[wish.op]();
  const nav = performance.getEntriesByType('navigation')[0];
  const answer = { ok: !!last.ok, why: last.why || '', at: clock(), first, x: last.x || 0, y: last.y || 0, text: last.text || '', there: !!last.there, url: location.href, status: nav?.responseStatus || 0, opened: performance.timeOrigin };
  if (last.ok || answer.at >= until) return answer;
  first = false;
  if (last.soon) await frame();
  else await change(Math.max(1, Math.min(100, until - answer.at)));
}
