// guard: checks the hit target at the press, after the pointer has arrived and its handlers have run. If a person would not
// press now, or not there, the guard intercepts the press, and the page sees none of its events.

const pressEvents = ['pointerdown', 'touchstart', 'mousedown', 'pointerup', 'touchend', 'mouseup', 'contextmenu', 'auxclick', 'click', 'dblclick', 'pointercancel', 'touchcancel'];
// The event that is the gesture, the last one of it, and the last one if it is intercepted. On a phone double is two taps, hold a
// long press, touch a finger that drags.
const gestures = {
  '': ['click', 'click', 'click'], right: ['contextmenu', 'auxclick', 'auxclick'], drag: ['pointerdown', 'pointerdown', 'click'],
  double: ['click', 'dblclick', 'dblclick'], hold: ['contextmenu', 'auxclick', 'auxclick'], touch: ['pointerdown', 'pointerdown', 'touchcancel'],
};
// In a frame of another site the pointer's position is unknown; there its arrival was awaited. A finger arrives as it presses.
const pointerArrived = (e) => { const at = globalThis.valkyriePointer; return !at || e.pointerType === 'touch' || Math.abs(at.x - e.clientX) < 1 && Math.abs(at.y - e.clientY) < 1; };
const guard = ({ el, handle, swings }, hit, report, gesture = '') => {
  const place = rect(handle), before = new Set(animations());
  const startsMoving = () => animations().some((a) => !before.has(a) && contains(a.effect?.target, handle) && moves(a, handle));
  const refusal = (e) => {
    const { hit: on, by } = hit(e);
    if (left) return 'the page is being left';
    if (!pointerArrived(e)) return 'the mouse is not there yet'; // so its effect on the page is unknown
    if (!on) return `${by} covers it on hover`;
    if (!read(handle, 'isConnected')) return 'the page keeps replacing it';
    if (disabled(el)) return disabled(el);
    return movedOnHover ?? moved() ? 'it moves on hover' : '';
  };
  // What hovering has done to the element is judged once the pointer has arrived and its handlers have run. At the press it is too late:
  // Chrome has applied the style for :active, by which many a button sinks.
  const moved = () => !swings && (startsMoving() || !same(place, rect(handle)));
  let movedOnHover, arrivals = 0;
  const onMove = (e) => {
    const arrival = e.isTrusted && !pressedAt ? ++arrivals : 0;
    if (arrival) setTimeout(() => { if (arrival === arrivals && !pressedAt) movedOnHover = moved(); });
  };
  // A page that has changed at the press has taken it: a menu opens, and covers the element or bars the rest before the release.
  let pressedAt = 0, openBefore = 0, released = {};
  const open = () => queryAll(document, ':popover-open,:modal').length;
  const taken = () => pressedAt && (globalThis.valkyrieChanges?.last >= pressedAt || open() > openBefore);
  const [act, last, lastRefused] = gestures[gesture];
  // Since the element was aimed at, the page has begun to load another document: a press is lost with this one.
  let why = '', left = false;
  const onNavigate = (e) => { left ||= !e.destination.sameDocument && e.downloadRequest === null; };
  const onEvent = (e) => {
    if (!e.isTrusted) return; // dispatched by the page itself
    // A long press has no events of a mouse, and none that reach a menu which the page has opened under the finger meanwhile.
    const foreign = gesture === 'hold' && !/^touch/.test(e.type) && e.pointerType !== 'touch' && (e.type !== act || !hit(e).hit);
    if (e.type === pressEvents[0] && !foreign) {
      if (!pressedAt) [pressedAt, openBefore] = [clock(), open()];
      if ((why = refusal(e))) report({ why });
    }
    if (why || foreign) {
      e.stopImmediatePropagation();
      e.preventDefault();
    }
    if (/^(pointerup|mouseup)$/.test(e.type)) released = hit(e);
    if (!why && e.type === act) {
      globalThis.valkyrieAimed = undefined;
      const got = foreign || taken() ? { hit: true } : hit(e);
      if (!got.hit && !released.hit) got.by = released.by || got.by; // the click itself goes to what holds both
      if (!got.hit && !same(place, rect(handle))) got.by += ', since the page has moved the element meanwhile';
      report({ at: performance.timeOrigin + e.timeStamp, ...got });
    }
    if (e.type === (why ? lastRefused : last)) remove();
  };
  globalThis.valkyrieGuard?.(); // of a press that never became a click
  const ends = [...pressEvents.map((p) => listen(p, onEvent)), listen('pointermove', onMove)];
  globalThis.navigation?.addEventListener('navigate', onNavigate);
  ends.push(() => globalThis.navigation?.removeEventListener('navigate', onNavigate));
  const remove = globalThis.valkyrieGuard = () => ends.forEach((end) => end());
};
