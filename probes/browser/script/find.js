// find: locates elements by what a person sees.

// A match of a text that has begun: its pieces so far, the text that they make, and what it still needs.
const begin = (piece, rest) => ({ pieces: [piece], rest, get written() { return piece.data; }, get shown() { return piece.shown; } });
const extend = (match, piece, gap, rest) => {
  const space = gap || match.pieces.at(-1).el !== piece.el && isApart(match.pieces.at(-1).el, piece.el) ? ' ' : '';
  return { pieces: [...match.pieces, piece], written: match.written + space + piece.data, shown: match.shown + space + piece.shown, rest };
};
// Whether a line or a cell ends between two elements that follow each other.
const isApart = (a, b) => {
  const around = commonAncestor([a, b]);
  return [a, b].some((el) => { for (let n = el; n && n !== around; n = parentOf(n)) if (n instanceof Element && standsApart(n, getComputedStyle(n))) return true; return false; });
};
const commonAncestor = (els) => {
  if (els.every((el) => el === els[0])) return els[0];
  let chain = [];
  for (let n = els[0]; n; n = parentOf(n)) if (n instanceof Element) chain.push(n);
  for (const el of els.slice(1)) {
    const around = new Set();
    for (let n = el; n; n = parentOf(n)) around.add(n);
    chain = chain.filter((n) => around.has(n));
  }
  return chain[0];
};

// Whether an element is, inside the one around it and another, for screen readers alone.
const isAsideFor = (el, other) => {
  for (let n = el; n instanceof Element && !contains(n, other); n = parentOf(n)) if (isForReaders(n, getComputedStyle(n))) return true;
  return false;
};
// The squashed text of a node, kept until it changes.
const squashed = globalThis.valkyrieSquashed ??= new WeakMap();
const squashedText = (node) => {
  const data = textData(node), known = squashed.get(node);
  if (known?.data === data) return known.text;
  const text = squash(data);
  squashed.set(node, { data, text });
  return text;
};

// Finds a text in the flat tree below root, which may be split over elements: {el, whole} for each place, where el is the
// innermost element around it, and whole says that it is all of the text of its pieces. One walk compares squashed text; only
// where that fits are styles read, and is the text compared as displayed, or as written if text-transform changes it.
const findText = (root, wanted) => {
  const text = normalize(wanted), key = squash(text), found = [];
  const generates = key ? generated() : new Set();
  let open = [], gap = false;
  const complete = (match) => {
    const written = normalize(match.written), shown = normalize(match.shown), els = match.pieces.map((p) => p.el);
    if (!written.includes(text) && !shown.includes(text) || !els.every(isRendered)) return;
    const unseenPiece = els.length > 1 && els.find((el) => !isVisible(el));
    found.push({ el: unseenPiece || commonAncestor(els), whole: written === text || shown === text });
  };
  // A match goes on after a piece that is not displayed, or only for screen readers.
  const proceed = (m, s, piece, space) => {
    const fits = s.startsWith(m.rest) || m.rest.startsWith(s), shows = isRendered(piece.el);
    if (shows && s.startsWith(m.rest)) complete(extend(m, piece, space, ''));
    else if (shows && fits) return [extend(m, piece, space, m.rest.slice(s.length))];
    return shows && !isAsideFor(piece.el, m.pieces[0].el) ? [] : [Object.assign(m, { gap: space })];
  };
  const take = (data, el, s = squash(data)) => {
    if (!s) { gap ||= data !== ''; return; }
    const piece = { data, el, get shown() { return transformed(data, getComputedStyle(el)); } };
    if (open.length) open = open.flatMap((m) => proceed(m, s, piece, m.gap || gap));
    gap = false;
    if (s.includes(key)) complete(begin(piece, ''));
    for (let i = Math.max(0, s.length - key.length + 1); (i = s.indexOf(key[0], i)) >= 0; i++) {
      if (key.startsWith(s.slice(i)) && s.length - i < key.length) open.push(begin(piece, key.slice(s.length - i)));
    }
  };
  const visit = (node, el) => {
    if (nodeType(node) === 3) return take(textData(node), el, squashedText(node));
    if (nodeType(node) !== 1) return;
    const name = localName(node), as = name === 'br' ? '' : mayReplaceText.has(name) ? controlText(node) : null;
    if (name === 'br') gap = true;
    if (as !== null) { if (as) take(as, node); return; }
    if (generates.has(node)) take(generatedText(node, '::before'), node);
    const inside = name === 'slot' ? el : node;
    eachChild(node, (n) => { if (!foldedAway(node, n)) visit(n, inside); });
    if (generates.has(node)) take(generatedText(node, '::after'), node);
  };
  if (key && root) visit(root, root);
  return found;
};
const mayReplaceText = new Set('input textarea select script style noscript template iframe meter progress object audio video canvas head datalist title desc metadata defs symbol clipPath mask pattern marker use'.split(' '));
// Only the innermost elements count, so that the whole page is not "an element with this text".
const innermost = (els) => {
  const found = new Set(els);
  for (const el of els) {
    for (let n = outerOf(el); n; n = outerOf(n)) if (found.has(n) && isVisible(el)) found.delete(n);
  }
  return [...found];
};
const withText = (text) => innermost(findText(page(), text).map(({ el }) => el));
// The innermost elements whose whole text a pattern matches.
const withTextLike = ({ containing, matching }) => {
  const part = textPart(containing), pattern = new RegExp(matching || '', 'u'), caseless = new RegExp(matching || '', 'iu'), found = [];
  const fits = (s) => s.includes(part) && pattern.test(s);
  const accepts = (el) => {
    const s = shownText(el);
    return s && (fits(s) || caseless.test(s) && s.toUpperCase().includes(part.toUpperCase()) && fits(displayed(el, { written: true })));
  };
  const search = (el) => {
    if (mayReplaceText.has(localName(el)) && controlText(el) === '') return false;
    let has = false;
    eachChild(el, (n) => { if (nodeType(n) === 1 && search(n)) has = true; });
    if (!has && accepts(el)) { found.push(el); has = isRendered(el); }
    return has;
  };
  if (page()) search(page());
  return found;
};

// Whether an element has a name, or a text, that the locator's filters accept.
const isNamed = ({ value, containing, matching }) => {
  const exact = value && normalize(value), part = textPart(containing), pattern = matching && new RegExp(matching, 'u');
  const some = (el, wanted, fits) => { for (const n of namesOf(el, wanted)) if (fits(n)) return true; return false; };
  return (el) => (!exact || some(el, exact, (n) => n === exact)) && (!part || some(el, part, (n) => n.includes(part))) && (!pattern || some(el, '', (n) => pattern.test(n)));
};
// A row, an item or another part of a page is also named by one of its texts: the row "Animal Bingo" has a cell with this text.
const parts = new Set(['row', 'listitem', 'article', 'region', 'group', 'dialog', 'form', 'figure', 'tabpanel', 'treeitem']);
const hasPart = (value) => (el) => findText(el, value).some((t) => t.whole);
const withName = (target) => {
  const role = target.role || target.by, all = withRole(role), named = all.filter(isNamed(target));
  if (!target.value) return named;
  if (named.length || !parts.has(role)) return innermost(named);
  return innermost(all.filter(hasPart(target.value)).filter(isNamed({ ...target, value: '' })));
};
// An option of a list; of one that a page draws without roles, the last place with this text, since what is chosen stands before it.
const optionsOf = (target) => {
  const options = withName(target), text = options.some(isVisible) ? [] : innermost(findText(page(), target.value).filter((t) => t.whole).map(({ el }) => el)).filter(isVisible);
  return text.length ? text.slice(-1) : options;
};
const candidates = (target) => {
  const { by, value } = target, filtered = (els) => target.containing || target.matching ? els.filter(isNamed({ ...target, value: '' })) : els;
  switch (by) {
    case 'css': return filtered([...all(document)].filter((el) => matches(el, value)));
    case 'test id': return filtered([...all(document)].filter((el) => attribute(el, 'data-testid') === value));
    case 'text': return value ? filtered(withText(value)) : withTextLike(target);
    case 'choice': return optionsOf(target);
    default: return withName(target);
  }
};
// Whether an element is displayed inside another: what is slotted into a dialog is in it.
const isWithin = (el, outer) => { for (let n = el; n; n = parentOf(n)) if (n === outer) return true; return contains(outer, el); };
// What an outer locator shows, kept for an evaluation.
const shownPlaces = new Map();
const findPlaces = (place) => {
  const key = JSON.stringify(place);
  if (!shownPlaces.size) queueMicrotask(() => shownPlaces.clear());
  if (!shownPlaces.has(key)) shownPlaces.set(key, find(place).filter(isVisible));
  return shownPlaces.get(key);
};
const find = (target) => {
  let found = candidates(target);
  if (target.within) {
    const outer = target.within.holdsFrame ? [] : findPlaces(target.within);
    found = found.filter((el) => target.within.holdsFrame || outer.some((o) => (o !== el || target.by === 'text') && isWithin(el, o)));
  }
  if (target.nth) found = found.filter(isVisible).slice(target.nth - 1, target.nth);
  return target.or ? [...new Set([...found, ...find(target.or)])] : found;
};
