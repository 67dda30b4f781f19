// stable: whether an element stays in place. Comparing two frames is certain but costs two frames, so it is skipped where
// nothing can be moving.

// Properties that an animation may change without moving or covering anything.
const paintOnly = /^(color|background.*|border-.*color|box-shadow|text-shadow|text-decoration.*|outline.*|opacity|filter|backdrop-filter|fill.*|stroke.*|cursor|accent-color|caret-color|visibility)$|Color$/;
// Properties that move only the animated element and its content.
const inPlace = /^(transform|translate|rotate|scale|offset.*|perspective.*|clip-path|mask.*)$/;
const moves = (a, el) => {
  if (a.playState !== 'running') return false;
  const names = a.transitionProperty ? [a.transitionProperty] : (a.effect?.getKeyframes?.() || [{ all: 1 }]).flatMap(Object.keys);
  return names.filter((n) => !['offset', 'computedOffset', 'easing', 'composite'].includes(n) && !paintOnly.test(n))
    .some((n) => !inPlace.test(n) || !a.effect?.target || contains(a.effect.target, el));
};

// A settled page is complete, has no running animation that moves the element, and does not keep changing. One that has
// just paused may still do so, since a busy machine may have delayed its next change; changes while the document was
// parsed do not count. One change is enough where a script styled the element or what it is in: it may be moving it from
// now on. (The guard checks at the press that nothing has moved meanwhile.)
const lately = (time) => clock() - time < 100;
const keepsChanging = (times, since) => times.length > 2 && times[0] > since && clock() - times[0] < 400 && lately(times.at(-1));
const settled = (el) => {
  const changes = globalThis.valkyrieChanges, parsed = performance.timeOrigin + (performance.getEntriesByType('navigation')[0]?.domInteractive || 0);
  return readyState() === 'complete' && changes && !keepsChanging(changes.times, parsed) && !lately(changes.styledAt(el)) && !animations().some((a) => moves(a, el));
};
const same = (a, b) => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
// After a scroll, the page's own handlers may scroll back in the next frame.
const stable = async (el, scrolled) => {
  let b = rect(el);
  for (let i = 0; i < 2 && (scrolled || !settled(el)); i++) {
    const a = b;
    await frame();
    b = rect(el);
    if (read(el, 'isConnected') && same(a, b)) continue;
    watch(el, a);
    return;
  }
  return b;
};

// An element that pulses, bobs or wobbles for ever within its own size can be pressed all the same. It is watched for a
// moment, and then pressed in the part that stays its own: {kept}; until then {inPlace}, if it has not left its size.
const watchMS = 250;
const swinging = (el) => {
  if (animations().some((a) => moves(a, el) && a.effect?.getComputedTiming().iterations !== Infinity)) return {};
  const swing = watch(el, rect(el));
  return { inPlace: !!swing, kept: swing && swing.last - swing.from >= watchMS ? swing : undefined };
};
// Adds the element's present place; returns the part that has stayed its own, unless that is less than half of it.
const watch = (el, { x, y, right, bottom, width, height }) => {
  const now = clock(), before = globalThis.valkyrieSwing;
  const s = before?.el === el && now - before.last <= watchMS ? before : { el, from: now, x, y, right, bottom };
  Object.assign(s, { last: now, x: Math.max(s.x, x), y: Math.max(s.y, y), right: Math.min(s.right, right), bottom: Math.min(s.bottom, bottom) });
  return globalThis.valkyrieSwing = s.right - s.x > width / 2 && s.bottom - s.y > height / 2 ? s : undefined;
};
