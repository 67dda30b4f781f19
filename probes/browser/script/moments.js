// When each part of the document came to be as it is. It runs in every document from its first moment, so that the time
// at which something appeared is known even where nobody looked until later.

(() => {
  const clock = () => performance.timeOrigin + performance.now();
  const added = new WeakMap(); // the element came: all in it may show since
  const toggled = new WeakMap(); // its attributes changed: all in it may show since
  const filled = new WeakMap(); // it got or lost children or text: it reads as it does since
  const born = document.body ? clock() : 0; // a new window's first document was there before us, and since when is not known
  const note = (records) => {
    const now = moments.last = clock();
    moments.times = [...moments.times.slice(-2), now];
    for (const r of records) {
      if (r.type === 'attributes') toggled.set(r.target, now);
      else filled.set(r.type === 'characterData' ? r.target.parentNode || r.target : r.target, now);
      for (const n of r.addedNodes) if (n.nodeType === 1) added.set(n, now);
    }
  };
  const observer = new MutationObserver(note);
  const moments = {
    last: 0, // when the document changed last
    times: [], // and the last three times
    // Since when el has been as it is; 0: since before the first moment. What is inside counts too, as far as it is short.
    // sure leaves out changes of attributes: most have nothing to do with what a person sees.
    of(el, sure = false) {
      const pending = observer.takeRecords();
      if (pending.length) note(pending);
      let at = Math.max(born, filled.get(el) || 0);
      const later = (map, n) => { at = Math.max(at, map.get(n) || 0); };
      for (let n = el; n; n = n.parentNode || n.host) { later(added, n); if (!sure) later(toggled, n); }
      const inner = el.getElementsByTagName('*');
      for (let i = 0; i < inner.length && i < 200; i++) { later(added, inner[i]); later(filled, inner[i]); }
      return at;
    },
  };
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  globalThis.valkyrieMoments = moments;

  // Where the mouse was seen last. Listening from the first moment on, no script of the page can keep that from us.
  globalThis.valkyriePointer = {};
  addEventListener('pointermove', (e) => { valkyriePointer.x = e.clientX; valkyriePointer.y = e.clientY; }, true);
})();
