// reportprint: reports the JSON of a browser.printJob: of a page, a frame, or a window that the page has opened and written. It copies
// a frame's document between its preparations for window.print() and its cleanup. A headless Chrome
// prints nothing but dispatches both events. Listeners run in the order of registration: one registered before the
// document's own is the first to run at afterprint, otherwise it is the last to run at beforeprint. One that captures is
// always among the first.

const by = self === top ? 'page' : 'frame';
const report = (by, doc) => {
  let copy = {};
  try { if (doc) copy = printCopy(doc); } catch (e) { copy = { url: String(e) }; }
  globalThis.valkyriePrinted?.(JSON.stringify({ by, ...copy }));
};
const atPrint = () => report(by, by === 'frame' || mayClose ? document : null);
if (by === 'page' || body()) listen('beforeprint', atPrint, false); else listen('afterprint', atPrint);
globalThis.visualViewport?.addEventListener('valkyriewindowprint', (e) => report('window', read(e.relatedTarget, 'ownerDocument')));
