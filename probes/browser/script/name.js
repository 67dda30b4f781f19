// name: the names of an element: its accessible name, which a screen reader says, and the text that a person reads on it.

const idRefs = (el, attr) => {
  const root = call(el, 'getRootNode'), ids = (attribute(el, attr) || '').split(/\s+/).filter(Boolean);
  return 'getElementById' in root ? ids.map((id) => call(root, 'getElementById', id)).filter(Boolean) : [];
};
const isHidden = (el, style) => style.display === 'none' || attribute(el, 'aria-hidden') === 'true' || style.contentVisibility === 'hidden';
const hiddenAround = (el) => !isRendered(el) || !!call(el, 'closest', '[aria-hidden=true]');
const nativeName = (el, text) => {
  const child = (tag) => childrenOf(el).find((c) => localName(c) === tag);
  switch (localName(el)) {
    case 'input':
      if (matches(el, '[type=image]')) return normalize(attribute(el, 'alt')) || normalize(attribute(el, 'title')) || 'Submit';
      return matches(el, '[type=submit],[type=button],[type=reset]') ? buttonText(el) : '';
    case 'img': case 'area': return attribute(el, 'alt') || '';
    case 'fieldset': return child('legend') ? text(child('legend')) : '';
    case 'table': return child('caption') ? text(child('caption')) : '';
    case 'figure': return child('figcaption') ? text(child('figcaption')) : '';
    case 'optgroup': return attribute(el, 'label') || '';
    case 'option': return optionText(el);
    case 'svg': return child('title') ? textContent(child('title')) : '';
    case 'a': return el instanceof SVGElement && child('title') ? textContent(child('title')) : '';
  }
  return '';
};
// Roles of which the content is the name.
const namedByContent = new Set('button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio row rowheader switch tab tooltip treeitem'.split(' '));
const namedTags = ['th', ...[...namedByContent].map((role) => roles[role]).filter(Boolean)].join(',');
const isNamedByContent = (el) => { const role = explicitRole(el); return role ? namedByContent.has(role) : matches(el, namedTags); };
// A control within a name counts with its value.
const embeddedValue = (el) => {
  const role = attribute(el, 'role') && explicitRole(el);
  if (matches(el, 'select')) return chosenText(el);
  if (matches(el, 'input[type=range],input[type=number],progress,meter') || ['slider', 'spinbutton', 'progressbar', 'scrollbar', 'meter'].includes(role)) return attribute(el, 'aria-valuetext') || attribute(el, 'aria-valuenow') || String(el.value ?? '');
  if (textbox(el) || matches(el, 'input[type=search],input[list]') || role === 'textbox' || role === 'searchbox') return 'value' in el ? el.value : displayed(el);
  if (role === 'combobox' || role === 'listbox') return 'value' in el ? el.value : queryAll(el, '[role=option][aria-selected=true]').map(textContent).join(' ') || (role === 'combobox' ? displayed(el) : '');
  return null;
};

// The accessible name (https://www.w3.org/TR/accname-1.2/, steps 2A to 2I), as written, and with text-transform if it has any.
const accessibleName = (target) => accessibleNames(target).next().value;
function* accessibleNames(target) {
  let recased = false;
  const written = computeName(target, (text, style) => { recased ||= style.textTransform !== 'none'; return text; });
  yield written;
  if (recased) yield computeName(target, transformed);
}
const computeName = (target, textOf) => {
  const visited = new Set([target]);
  // All text within, for a name from content or a label; inHidden: the label itself is hidden, and so all of it counts.
  const content = (el, how) => {
    const style = getComputedStyle(el);
    let text = '';
    if (generated().has(el)) text += generatedText(el, '::before');
    eachChild(el, (n) => {
      if (foldedAway(el, n)) return;
      if (nodeType(n) === 3) { if (how.inHidden || style.visibility === 'visible') text += textOf(textData(n), style); return; }
      if (nodeType(n) !== 1 || visited.has(n)) return;
      const own = getComputedStyle(n), apart = standsApart(n, own) || /^inline-/.test(own.display) || localName(n) === 'br';
      const inner = part(n, how, own);
      text += apart ? ` ${inner} ` : inner;
    });
    if (generated().has(el)) text += generatedText(el, '::after');
    return text;
  };
  const labelled = (el) => idRefs(el, 'aria-labelledby').map((ref) => part(ref, { label: true, labelledBy: true, inHidden: hiddenAround(ref) })).join(' ');
  // The part of an element in a name: of the target itself, of a label, or of what is within either.
  const part = (el, how, style = getComputedStyle(el)) => {
    if (!how.inHidden && el !== target && isHidden(el, style) || el !== target && controlText(el) === '' && /^(script|style|noscript|template|head|title|desc|metadata|defs|datalist)$/.test(localName(el))) return '';
    const again = visited.has(el) && el !== target;
    if (again && !how.label) return '';
    visited.add(el);
    const by = how.labelledBy ? '' : normalize(labelled(el));
    if (by) return by;
    const value = el !== target || how.label ? embeddedValue(el) : null;
    if (value !== null && el !== target) return value;
    const own = normalize(attribute(el, 'aria-label') || internalRoles.get(el)?.name);
    if (own) return own;
    const native = presentational(el) ? '' : normalize(nativeName(el, (n) => part(n, { label: true }))) || normalize(nativeLabels(el));
    if (native) return native;
    const within = how.inside || how.label;
    if (within || isNamedByContent(el)) {
      const text = controlText(el) === null ? content(el, { ...how, labelledBy: false, label: false, inside: true }) : '';
      if (normalize(text)) return text;
    }
    return normalize(attribute(el, 'title')) || (within ? '' : normalize(attribute(el, 'placeholder')) || normalize(attribute(el, 'aria-placeholder')));
  };
  const nativeLabels = (el) => labelsOf(el).map((l) => part(l, { label: true, inHidden: hiddenAround(l) })).join(' ');
  return normalize(part(target, {}));
};
const presentational = (el) => attribute(el, 'role') && explicitRole(el) === 'none';

// The text that a person reads on the element or, for a field, on its labels, or in it as a placeholder.
const readableText = (el, written) => {
  const labels = labelsOf(el), isControl = (n) => n !== el && matches(n, 'input,select,textarea,button,[contenteditable]');
  if (labels.length) return normalize(labels.map((l) => displayed(l, { leaveOut: (n) => isControl(n) || isUnread(n), written })).join(' '));
  if (isField(el)) return normalize(attribute(el, 'placeholder'));
  return displayed(el, { leaveOut: isUnread, written });
};
// What a person does not read in a text: an icon of a font, and words for screen readers alone.
const isUnread = (el) => {
  const style = getComputedStyle(el);
  return drawsIcon(el, style) || isForReaders(el, style);
};
const isForReaders = (el, style) => {
  if (style.fontSize === '0px' || +style.opacity < 0.1 || /^r[tp]$/.test(localName(el))) return true; // a ruby text is read beside its base
  if (!/absolute|fixed/.test(style.position)) return false;
  if (/^rect\((0|1)px,? (0|1)px,? (0|1)px,? (0|1)px\)$/.test(style.clip) || /^inset\((50|100)%/.test(style.clipPath)) return true;
  const r = rect(el);
  return style.overflowX !== 'visible' && (r.width <= 1 || r.height <= 1) || r.right + scrollX <= 0 || r.bottom + scrollY <= 0;
};

// Whether the accessible name can have more than the element's text nodes.
const decorated = 'svg,img,input,select,textarea,slot,script,style,[aria-label],[aria-labelledby],[aria-hidden],[alt],[title],[role],[placeholder]';
const isPlain = (el) => !mixed().has(el) && !internalRoles.has(el) && !matches(el, 'img,[aria-label],[aria-labelledby],[alt],[title],[placeholder]') && !call(el, 'querySelector', decorated) && !labelsOf(el).length;
// Whether all characters of part are in whole, in this order.
const isSubsequence = (part, whole) => {
  let at = 0;
  for (const c of part) { at = whole.indexOf(c, at) + 1; if (!at) return false; }
  return true;
};
// The names of an element, the cheapest first: each a customer might use. With wanted, those that cannot equal it may be left
// out: the names of a plain element have only characters of its text, in their order.
function* namesOf(el, wanted) {
  const text = normalize(innerText(el));
  if (text && !isField(el)) yield text;
  const host = hostOf(el);
  if (host && host !== el) yield* accessibleNames(host);
  if (wanted && isPlain(el) && !isSubsequence(squash(wanted), squash(textContent(el)))) return;
  yield* accessibleNames(el);
  if (!isRendered(el)) { yield normalize(textContent(el)); return; }
  yield readableText(el);
  yield readableText(el, true);
}
// The name for a message.
const name = (el) => accessibleName(el) || readableText(el) || (isField(el) ? '' : shownText(el));
