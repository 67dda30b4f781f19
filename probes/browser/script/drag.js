// drag: whether an element is dragged by the browser, and whether the page took it where it was dropped.

// How the element is draggable: by its attribute, or by the browser's own habit; '' if it is not.
const draggable = (el) => {
  for (let n = el; n instanceof Element; n = parentOf(n)) if (matches(n, '[draggable=true]')) return 'draggable';
  for (let n = el; n instanceof Element; n = parentOf(n)) if (matches(n, 'a[href],img')) return 'a link or an image';
  return '';
};
// Chrome dispatches drop only to a page that accepts it.
const watchDrop = () => {
  const drop = globalThis.valkyrieDrop = { at: 0 };
  addEventListener('drop', (e) => { if (e.isTrusted) drop.at = performance.timeOrigin + e.timeStamp; }, { capture: true, once: true });
};
const dropped = () => ({ ok: !!globalThis.valkyrieDrop?.at, acted: globalThis.valkyrieDrop?.at || 0 });
