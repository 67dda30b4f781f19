// printhook: wraps print() in the page's own world, since document.open() removes the listeners that reportPrint needs, and a script
// may print right after it. The isolated world is reached by events on the visual viewport, which no document.open() resets.
// A window that the page opens has no scripts of ours at first: its print() is wrapped here, and reported by the page.

(() => {
  const { addEventListener, dispatchEvent } = EventTarget.prototype, { apply } = Reflect, viewport = visualViewport, later = setTimeout, Notice = MouseEvent;
  const getter = (proto, property) => { const { get } = Object.getOwnPropertyDescriptor(proto, property); return (o) => apply(get, o, []); };
  const rootOf = getter(Document.prototype, 'documentElement'), implementation = getter(Document.prototype, 'implementation'), baseOf = getter(Node.prototype, 'baseURI');
  const notify = (type, node) => apply(dispatchEvent, viewport, [new Notice(type, { relatedTarget: node })]);
  const wrap = (w, around) => { w.print = new Proxy(w.print, { apply: (print, self, args) => around(() => apply(print, self, args)) }); };
  wrap(window, (print) => { notify('valkyrieprint', null); print(); });
  // A copy of a document outlives its window.
  const copyOf = (doc) => {
    const inert = implementation(document).createHTMLDocument(''), copy = inert.importNode(rootOf(doc), true), base = inert.createElement('base');
    base.href = baseOf(doc);
    copy.prepend(base);
    inert.replaceChild(copy, inert.documentElement);
    return copy;
  };
  // Chrome prints a document that is still loading only after its load. While a window prints, nothing else gets events.
  const wrapOpened = (w) => wrap(w, (print) => {
    let during = true, printed;
    const report = () => notify('valkyriewindowprint', printed);
    apply(addEventListener, w, ['beforeprint', () => {
      printed = during ? rootOf(w.document) : copyOf(w.document);
      if (!during) later(report);
    }, { once: true }]);
    print();
    during = false;
    if (printed) report();
  });
  window.open = new Proxy(window.open, { apply(open, self, args) {
    const w = apply(open, self, args);
    try { if (w && w !== window) wrapOpened(w); } catch { /* it shows another site's page */ }
    return w;
  } });
})();
