// text: the text that the page displays, in the flat tree: with that of shadow roots and slots, of SVG, and of controls that
// display what the site has put there. What a customer can edit is not the site's text.

// The text that a control displays in place of its children; null: it displays its children.
const controlText = (el) => {
  switch (localName(el)) {
    case 'input': return matches(el, '[type=submit],[type=button],[type=reset]') ? buttonText(el) : matches(el, ':read-only:not([type=hidden],[type=password],[type=checkbox],[type=radio],[type=range],[type=color],[type=file],[type=image])') ? el.value : '';
    case 'textarea': return el.readOnly || el.disabled ? el.value : '';
    case 'select': return matches(el, '[multiple],[size]:not([size="0"],[size="1"])') ? null : chosenText(el);
    case 'script': case 'style': case 'noscript': case 'template': case 'iframe': case 'meter': case 'progress': case 'audio': case 'video': case 'canvas': case 'head': case 'datalist': return '';
    case 'object': return usesFallback(el) ? null : '';
    case 'title': case 'desc': case 'metadata': case 'defs': case 'symbol': case 'clipPath': case 'mask': case 'pattern': case 'marker': return el instanceof SVGElement ? '' : null;
    case 'use': return usedText(el);
  }
  return null;
};
// An object whose data cannot be displayed displays its children.
const usesFallback = (el) => { const range = call(document, 'createRange'); range.selectNodeContents(el); return range.getClientRects().length > 0; };
// The text of what a drawing uses from its definitions.
const usedText = (el) => {
  const id = (attribute(el, 'href') || attribute(el, 'xlink:href') || '').replace(/^#/, ''), of = id && call(document, 'getElementById', id);
  return of instanceof SVGElement ? normalize([...(localName(of) === 'text' ? [of] : []), ...queryAll(of, 'text')].map(textContent).join(' ')) : '';
};
const buttonText = (el) => attribute(el, 'value') ?? ({ submit: 'Submit', reset: 'Reset' }[el.type] || '');
const optionText = (o) => o.label || read(o, 'text');
const chosenText = (el) => [...el.selectedOptions].map(optionText).join(' ');

// Text of ::before and ::after that has a letter or a digit is found by the rules of the style sheets, as asking each element
// for it would cost too much. A style sheet of another site cannot be read.
const sheetRules = globalThis.valkyrieSheetRules ??= new WeakMap();
const wordy = /attr\(|["'][^"']*[\p{L}\p{N}\p{Sc}%]/u;
const generatingRules = (rules) => [...rules].flatMap((rule) => {
  const inner = rule.cssRules?.length ? rule.cssRules : rule.styleSheet ? readRules(rule.styleSheet) : [];
  const own = rule.selectorText && /::?(before|after)/.test(rule.selectorText) && wordy.test(rule.style.content) ? [rule.selectorText.replace(/(^|[\s,>+~(])::?(before|after)/g, '$1*').replace(/::?(before|after)/g, '')] : [];
  return [...own, ...generatingRules(inner)];
});
const readRules = (sheet) => { try { return sheet.cssRules; } catch { return []; } };
const generators = (sheet) => {
  const rules = readRules(sheet), known = sheetRules.get(sheet);
  if (known?.length === rules.length) return known.selectors;
  const selectors = generatingRules(rules);
  sheetRules.set(sheet, { length: rules.length, selectors });
  return selectors;
};
const generated = once(() => new Set([document, ...[...all(document)].map(shadow).filter(Boolean)].flatMap(generatedIn)));
const generatedIn = (root) => [...read(root, 'styleSheets'), ...read(root, 'adoptedStyleSheets')].flatMap(generators)
  .flatMap((selector) => { try { return queryAll(root, selector); } catch { return []; } });
const generatedText = (el, which) => {
  const style = getComputedStyle(el, which);
  if (!wordy.test(style.content) || style.display === 'none' || drawsIcon(el, style)) return '';
  const [shown] = style.content.split(/ \/ (?=["'a])/);
  return [...shown.matchAll(/"((?:\\.|[^"\\])*)"|attr\(([\w-]+)\)/g)].map(([, text, name]) => name ? attribute(el, name) || '' : text.replace(/\\(.)/g, '$1')).join('');
};
// An icon font draws a word, such as "print", as one picture.
const iconFont = /icon|symbols|awesome|glyph|fontello|icomoon|feather|remix/i;
const drawsIcon = (el, style) => iconFont.test(style.fontFamily.split(',')[0]) || /\bmaterial-(icons|symbols)/.test(attribute(el, 'class'));

const transformed = (text, { textTransform: how }) => {
  if (how === 'none') return text;
  if (how === 'uppercase') return text.toUpperCase();
  if (how === 'lowercase') return text.toLowerCase();
  return how === 'capitalize' ? text.replace(/(?<![\p{L}\p{N}'’])\p{L}/gu, (c) => c.toUpperCase()) : text;
};
// Whether the element's text stands apart from the text around it.
const standsApart = (el, { display }) => !/^(inline|contents|ruby)/.test(display) || el instanceof SVGElement && matches(el, 'text,tspan[x],tspan[y],tspan[dy]');

// The elements in which innerText is not all the text: those around shadow roots, slots, SVG, controls and generated text.
const mixed = once(() => {
  const found = new Set();
  const search = (el) => {
    let has = !!shadow(el) || generated().has(el) || ['slot', 'svg', 'input', 'select', 'textarea'].includes(localName(el));
    eachChild(el, (n) => { if (nodeType(n) === 1 && search(n)) has = true; });
    if (has) found.add(el);
    return has;
  };
  if (page()) search(page());
  return found;
});

// The text that the element displays, and the same as written: without text-transform. Elements for which leaveOut holds are
// left out. The browser's own innerText is used where it has all of an element's text.
const displayed = (root, { leaveOut, written } = {}) => {
  let text = '';
  const visit = (node, style) => {
    if (nodeType(node) === 3) text += style.visibility !== 'visible' ? '' : written ? textData(node) : transformed(textData(node), style);
    if (nodeType(node) !== 1 || leaveOut?.(node)) return;
    const own = getComputedStyle(node), as = controlText(node), apart = standsApart(node, own);
    if (own.display === 'none' || own.contentVisibility === 'hidden') return;
    if (localName(node) === 'br' || apart) text += ' ';
    const plain = as === null && !leaveOut && !written && !mixed().has(node) && innerText(node);
    if (plain && squash(plain) === squash(textContent(node))) { text += apart ? plain + ' ' : plain; return; }
    const put = (s) => { text += own.visibility !== 'visible' ? '' : written ? s : transformed(s, own); };
    if (as !== null) put(as);
    else {
      if (generated().has(node)) put(generatedText(node, '::before'));
      eachChild(node, (n) => { if (!foldedAway(node, n)) visit(n, own); });
      if (generated().has(node)) put(generatedText(node, '::after'));
    }
    if (apart) text += ' ';
  };
  if (root) visit(root, null);
  return normalize(text);
};
// What a closed details element does not show.
const foldedAway = (el, child) => localName(el) === 'details' && !read(el, 'open') && !(nodeType(child) === 1 && localName(child) === 'summary') && getComputedStyle(el, '::details-content').contentVisibility === 'hidden';
const shownText = (el) => (isRendered(el) ? displayed(el) : normalize(textContent(el)));
// Whether the element takes part in the page: one with display: contents does if what is around it does.
const isRendered = (el) => {
  for (let n = el; n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    if (call(n, 'checkVisibility', {})) return getComputedStyle(el).visibility === 'visible';
    if (getComputedStyle(n).display !== 'contents') return false;
  }
  return false;
};
