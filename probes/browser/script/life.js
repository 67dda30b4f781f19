// life: what a page's own scripts may still do to it, while a journey is being written: its timers, its channels to others, and its
// frames of animation. It runs in the page's own world, as only there a script can know of them, and never in a run that counts.

if (self !== top) return;
const ends = new Map(), life = { frames: 0, channel: '' }, now = () => performance.now();
// Replaces a function of the page's by one that first reports its call, and looks the same.
const follow = (holder, key, onCall, onResult) => {
  const own = holder?.[key];
  if (typeof own !== 'function') return;
  holder[key] = new Proxy(own, {
    apply(to, self, args) { onCall?.(args); const result = Reflect.apply(to, self, args); onResult?.(result, args); return result; },
    construct(to, args, as) { onCall?.(args); return Reflect.construct(to, args, as); },
  });
};
follow(globalThis, 'setTimeout', null, (id, [, ms]) => ends.set(id, now() + Math.max(0, +ms || 0)));
follow(globalThis, 'setInterval', null, (id) => ends.set(id, Infinity));
for (const key of ['clearTimeout', 'clearInterval']) follow(globalThis, key, ([id]) => ends.delete(id));
follow(globalThis, 'requestAnimationFrame', () => { life.frames = now(); });
follow(globalThis.AbortSignal, 'timeout', ([ms]) => ends.set({}, now() + (+ms || 0)));
follow(globalThis.Scheduler?.prototype, 'postTask', ([, how]) => ends.set({}, now() + (+how?.delay || 0)));
for (const key of ['getCurrentPosition', 'watchPosition']) follow(globalThis.Geolocation?.prototype, key, () => { life.channel = 'wait for its position'; });
for (const key of ['WebSocket', 'EventSource', 'Worker', 'SharedWorker', 'RTCPeerConnection', 'BroadcastChannel', 'WebTransport']) follow(globalThis, key, () => { life.channel = key; });
// Why the page may still change within so many milliseconds; '' if it cannot.
const mayChange = (ms) => {
  const at = now();
  for (const [id, end] of ends) if (end < at - 100) ends.delete(id);
  const timers = [...ends.values()];
  if (timers.includes(Infinity)) return 'it has an interval';
  if (timers.some((end) => end < at + ms)) return 'a timer of it runs';
  if (at - life.frames < 200) return 'it draws frames';
  return life.channel ? `it has a ${life.channel}` : '';
};
Object.defineProperty(globalThis, Symbol.for('valkyrie'), { value: mayChange });
