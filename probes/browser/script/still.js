// Whether an element is still. Two frames tell for certain, and cost two frames: where nothing can be moving there is no
// need to wait for them.

const atRest = () => document.readyState === 'complete' && globalThis.valkyrieMoments && clock() - valkyrieMoments.last > 20
  && performance.getEntriesByName('first-contentful-paint').length > 0 && !document.getAnimations().some((a) => a.playState === 'running');
const still = async (el) => {
  let b = el.getBoundingClientRect();
  for (let i = atRest() ? 2 : 0; i < 2; i++) {
    const a = b;
    await frame();
    b = el.getBoundingClientRect();
    if (!el.isConnected || a.x !== b.x || a.y !== b.y || a.width !== b.width || a.height !== b.height) return;
  }
  return b;
};
