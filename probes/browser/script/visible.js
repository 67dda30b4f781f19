// visible: whether a person can see an element.

// Why a person cannot see the element; '' when they can.
const hiddenReason = (el) => {
  if (!read(el, 'isConnected') || !call(el, 'checkVisibility', { checkVisibilityCSS: true })) return 'it is there, but not visible';
  const r = rect(el);
  if (!(r.width > 0 && r.height > 0)) return 'it is there, but not visible: it has no size';
  let opacity = 1;
  for (let n = el; n && opacity >= 0.1; n = parentOf(n)) if (n instanceof Element) opacity *= getComputedStyle(n).opacity;
  return opacity < 0.1 ? 'it is there, but not visible: it is transparent' : '';
};
const isVisible = (el) => !hiddenReason(el);
