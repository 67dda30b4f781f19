// Whether an element is still. Two frames tell for certain, and cost two frames: where nothing can be moving there is no
// need to wait for them.

// What an animation may change without moving anything, or covering it.
const paintOnly = /^(color|background.*|border-.*color|box-shadow|text-shadow|text-decoration.*|outline.*|opacity|filter|backdrop-filter|fill.*|stroke.*|cursor|accent-color|caret-color|visibility)$|Color$/;
// And what moves only the element that is animated, with all that is in it.
const inPlace = /^(transform|translate|rotate|scale|offset.*|perspective.*|clip-path|mask.*)$/;
const moves = (a, el) => {
  if (a.playState !== 'running') return false;
  const names = a.transitionProperty ? [a.transitionProperty] : (a.effect?.getKeyframes?.() || [{ all: 1 }]).flatMap(Object.keys);
  return names.filter((n) => !['offset', 'computedOffset', 'easing', 'composite'].includes(n) && !paintOnly.test(n))
    .some((n) => !inPlace.test(n) || !a.effect?.target || holds(a.effect.target, el));
};

// At rest is a page that is complete, where nothing runs that moves the element, and that does not change again and again.
// One that has paused just now may still do so: a busy machine may have kept it from its next change. What came with the
// document itself came once. (That nothing has moved meanwhile is seen at the press: see guard.)
const restless = (times, since) => times.length > 2 && times[0] > since && clock() - times[0] < 400 && clock() - times.at(-1) < 100;
const atRest = (el) => {
  const parsed = performance.timeOrigin + (performance.getEntriesByType('navigation')[0]?.domInteractive || 0);
  return document.readyState === 'complete' && globalThis.valkyrieMoments && !restless(valkyrieMoments.times, parsed) && !document.getAnimations().some((a) => moves(a, el));
};
const same = (a, b) => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
const still = async (el) => {
  let b = el.getBoundingClientRect();
  for (let i = 0; i < 2 && !atRest(el); i++) {
    const a = b;
    await frame();
    b = el.getBoundingClientRect();
    if (!el.isConnected || !same(a, b)) return;
  }
  return b;
};
