// listen: listeners on the window that outlive document.open(), which removes all listeners of the document and its window,
// also those of an isolated world. An observer stays, so it adds them again to the document that is written; before a print, which
// may be sooner than that, printhook.js asks for it.

const listen = globalThis.valkyrieListen ??= (() => {
  const kept = new Set();
  const add = ({ type, on, capture }) => addEventListener(type, on, capture);
  const addAll = () => kept.forEach(add);
  new MutationObserver(addAll).observe(document, { childList: true });
  globalThis.visualViewport?.addEventListener('valkyrieprint', addAll);
  // Listens for the type; returns a function that ends it.
  return (type, on, capture = true) => {
    const one = { type, on, capture };
    kept.add(one);
    add(one);
    return () => { kept.delete(one); removeEventListener(type, on, capture); };
  };
})();
