// Whether an element is still. Two frames tell for certain, and cost two frames: where nothing can be moving there is no
// need to wait for them.

// At rest is a page that is complete and painted, where no animation runs, and that has not changed since it was painted,
// or not for more than a frame. One that changes again and again is not, even if it has paused just now: a busy machine
// may have kept it from its next change.
const restless = (times) => times.length > 2 && clock() - times[0] < 100;
const atRest = () => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0], last = globalThis.valkyrieMoments?.last;
  if (document.readyState !== 'complete' || !paint || !last) return false;
  if (restless(valkyrieMoments.times)) return false;
  return (last < performance.timeOrigin + paint.startTime || clock() - last > 20) && !document.getAnimations().some((a) => a.playState === 'running');
};
// When the pointer is coming, there is something that may move it.
const still = async (el, coming) => {
  let b = el.getBoundingClientRect();
  for (let i = 0; i < 2 && (coming && i === 0 || !atRest()); i++) {
    const a = b;
    await frame();
    b = el.getBoundingClientRect();
    if (!el.isConnected || a.x !== b.x || a.y !== b.y || a.width !== b.width || a.height !== b.height) return;
  }
  return b;
};
