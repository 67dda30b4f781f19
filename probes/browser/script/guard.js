// The press comes when the pointer has, and what that did to the page is done: handlers have run, animations have begun. If
// a person would not press now, or not there, the page hears nothing of the press, and we are told why.

const presses = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
// In a frame of another site it is not known where the pointer is; there it has been waited for.
const come = (e) => { const at = globalThis.valkyriePointer; return !at || Math.abs(at.x - e.clientX) < 1 && Math.abs(at.y - e.clientY) < 1; };
const guard = ({ el, grip }, hit, tell) => {
  const place = grip.getBoundingClientRect(), before = new Set(document.getAnimations());
  const carriedOff = () => document.getAnimations().some((a) => !before.has(a) && holds(a.effect?.target, grip) && moves(a, grip));
  const judge = (e) => {
    const { hit: on, by } = hit(e);
    if (!come(e)) return 'the mouse is not there yet'; // and what it will do to the page is not known
    if (!on) return `whenever the mouse is on it, ${by} is in its place`;
    if (!grip.isConnected) return 'the page keeps replacing it';
    if (disabled(el)) return disabled(el);
    return carriedOff() || !same(place, grip.getBoundingClientRect()) ? 'whenever the mouse is on it, it moves' : '';
  };
  let why = '';
  const keep = (e) => {
    if (!e.isTrusted) return; // the page's own doing
    if (e.type === presses[0] && (why = judge(e))) tell({ why });
    if (why) {
      e.stopImmediatePropagation();
      e.preventDefault();
    } else if (e.type === 'click') tell({ at: performance.timeOrigin + e.timeStamp, ...hit(e) });
    if (e.type === 'click') away();
  };
  const away = () => presses.forEach((p) => removeEventListener(p, keep, true));
  globalThis.valkyrieGuard?.(); // that of a press which never became a click
  globalThis.valkyrieGuard = away;
  presses.forEach((p) => addEventListener(p, keep, true));
};
