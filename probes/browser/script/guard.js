// guard: checks the hit target at the press, after the pointer has arrived and its handlers have run. If a person would not
// press now, or not there, the guard intercepts the press, and the page sees none of its events.

const pressEvents = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'contextmenu', 'auxclick', 'click'];
// The event that is the gesture, and the last one of it.
const gestures = { '': ['click', 'click'], right: ['contextmenu', 'auxclick'], drag: ['pointerdown', 'pointerdown'] };
// In a frame of another site the pointer's position is unknown; there its arrival was awaited. A finger arrives as it presses.
const pointerArrived = (e) => { const at = globalThis.valkyriePointer; return !at || e.pointerType === 'touch' || Math.abs(at.x - e.clientX) < 1 && Math.abs(at.y - e.clientY) < 1; };
const guard = ({ el, handle, swings }, hit, report, gesture = '') => {
  const place = rect(handle), before = new Set(animations());
  const startsMoving = () => animations().some((a) => !before.has(a) && contains(a.effect?.target, handle) && moves(a, handle));
  const refusal = (e) => {
    const { hit: on, by } = hit(e);
    if (!pointerArrived(e)) return 'the mouse is not there yet'; // so its effect on the page is unknown
    if (!on) return `${by} covers it on hover`;
    if (!read(handle, 'isConnected')) return 'the page keeps replacing it';
    if (disabled(el)) return disabled(el);
    return !swings && (startsMoving() || !same(place, rect(handle))) ? 'it moves on hover' : '';
  };
  let why = '';
  const onEvent = (e) => {
    if (!e.isTrusted) return; // dispatched by the page itself
    if (e.type === pressEvents[0] && (why = refusal(e))) report({ why });
    if (why) {
      e.stopImmediatePropagation();
      e.preventDefault();
    } else if (e.type === gestures[gesture][0]) {
      globalThis.valkyrieAimed = undefined;
      report({ at: performance.timeOrigin + e.timeStamp, ...hit(e) });
    }
    if (e.type === gestures[why && gesture === 'drag' ? '' : gesture][1]) remove();
  };
  globalThis.valkyrieGuard?.(); // of a press that never became a click
  const ends = pressEvents.map((p) => listen(p, onEvent));
  const remove = globalThis.valkyrieGuard = () => ends.forEach((end) => end());
};
