// preattach: the requests that a document's own timings report, for har.PreAttachRequest.
(() => {
  const at = (ms) => (ms ? performance.timeOrigin + ms : 0);
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource').slice(0, 200)];
  return entries.filter((e) => e.name.startsWith('http')).map((e) => ({
    url: e.name, kind: e.entryType === 'navigation' ? 'navigation' : e.initiatorType, mime: e.contentType || '', proto: e.nextHopProtocol || '',
    status: e.responseStatus || 0, size: e.transferSize || 0, asked: performance.timeOrigin + (e.fetchStart || e.startTime),
    dns: at(e.domainLookupStart), dnsEnd: at(e.domainLookupEnd), connect: at(e.connectStart), tls: at(e.secureConnectionStart), ready: at(e.connectEnd),
    sent: at(e.requestStart), first: at(e.responseStart), ended: at(e.responseEnd),
    content: at(e.domContentLoadedEventEnd), loaded: at(e.loadEventEnd),
  }));
})()
