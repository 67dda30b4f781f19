// find: locates elements by their visible properties.

// Only the innermost elements that contain the text match, so that the whole page is not "an element with this text".
const withText = (text) => {
  const found = [];
  const descend = (el) => {
    if (matches(el, 'script,style,noscript,template')) return;
    const before = found.length;
    const has = normalize(innerText(el) ?? textContent(el)).includes(text);
    for (const child of childrenOf(el)) if (has || childrenOf(child).length || shadow(child)) descend(child);
    const inner = shadow(el);
    if (inner) childrenOf(inner).forEach(descend);
    if (has && found.length === before) found.push(el);
  };
  if (body()) descend(body());
  return found;
};
const candidates = ({ by, role, value }) => {
  switch (by) {
    case 'css': return [...all(document)].filter((el) => matches(el, value));
    case 'test id': return [...all(document)].filter((el) => attribute(el, 'data-testid') === value);
    case 'text': return withText(value);
    default: return withRole(role || by).filter((el) => !value || name(el) === value);
  }
};
const find = (target) => {
  let found = candidates(target);
  if (target.within) {
    const outer = find(target.within).filter(isVisible);
    found = found.filter((el) => outer.some((o) => o !== el && contains(o, el)));
  }
  if (target.nth) found = found.filter(isVisible).slice(target.nth - 1, target.nth);
  return target.or ? [...new Set([...found, ...find(target.or)])] : found;
};
