// vitals: the document's web vitals so far, from the browser's buffered performance entries.

const entries = (type) => {
  try {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type, buffered: true, durationThreshold: 16 });
    const all = observer.takeRecords();
    observer.disconnect();
    return all;
  } catch { return []; }
};

// CLS: the worst burst of layout shifts, each within 1 s of the one before, all within 5 s, none just after an input.
const shifts = () => {
  let worst = 0, sum = 0, first = 0, last = 0;
  for (const e of entries('layout-shift')) {
    if (e.hadRecentInput) continue;
    if (sum && (e.startTime - last > 1000 || e.startTime - first > 5000)) sum = 0;
    if (!sum) first = e.startTime;
    last = e.startTime;
    sum += e.value;
    worst = Math.max(worst, sum);
  }
  return worst;
};

const vitals = () => {
  const nav = performance.getEntriesByType('navigation')[0];
  const acts = [...(globalThis.valkyrieInteractions || []), ...(globalThis.valkyrieInteractionObserver?.takeRecords() || [])];
  return {
    url: location.href, opened: performance.timeOrigin, ttfb: nav?.responseStart || 0,
    fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0,
    lcp: entries('largest-contentful-paint').reduce((ms, e) => Math.max(ms, e.startTime), 0),
    cls: shifts(), inp: acts.reduce((ms, e) => (e.interactionId ? Math.max(ms, e.duration) : ms), 0),
  };
};
