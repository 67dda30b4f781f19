// offers: what a person can act on or read on the page now, each with the call of a step for it and a locator that means it alone, by
// the same rules as a step's query.

// The call that acts on an element or reads it; '' if the element is none of those that a journey names.
const verbOf = (el) => {
  const role = roleOf(el);
  if (isFile(el)) return 'Upload';
  if (isBox(el) || /^(checkbox|switch|radio|menuitemcheckbox|menuitemradio)$/.test(role) || isCustomField(el) && checkedState(el)) return 'Check';
  if (isField(el)) return isTextField(el) || isPicker(el) ? (isReadOnly(el) ? 'Click' : 'Fill') : listKind(el) ? 'Choose' : refusal(el, { text: '' }) ? '' : 'Fill';
  if (/^(button|link|tab|menuitem|option|treeitem)$/.test(role)) return call(el, 'closest', 'select,datalist') ? '' : 'Click';
  if (role === 'img') return call(el, 'closest', 'a[href],button,label,[role=button]') ? '' : 'See';
  if (/^(heading|row)$/.test(role) || role === 'listitem' && holdsSeveral(el)) return 'See';
  if (isPressed(el)) return 'Click';
  return attribute(el, 'data-testid') && !childrenOf(el).length ? 'Read' : '';
};
const holdsSeveral = (el) => queryAll(el, 'a[href],button,input,select,[role=button]').length > 0 && piecesOf(el).length > 1;
// Whether it takes presses by a script alone: by its attributes, or by the cursor over it.
const isPressed = (el) => {
  if (attribute(el, 'onclick') !== null) return el !== body() && el !== documentElement();
  if (getComputedStyle(el).cursor !== 'pointer' || call(el, 'closest', 'label,summary,a[href],button')) return false;
  const outer = parentOf(el);
  return !(outer instanceof Element) || getComputedStyle(outer).cursor !== 'pointer';
};

// How the steps' queries resolve a locator, by verb.
const resolvers = { Click: uniqueOrLabel, Check: uniqueOrLabel, Upload: uniqueOrLabel, Choose: uniqueList, Fill: unique, See: unique, Read: unique };
// Whether the locator means this element, and no other.
const meansOnly = (verb, target, el) => {
  const { el: is } = resolvers[verb](target);
  return !!is && (is === el || verb === 'Fill' && fieldIn(is) === el || controlOf(is) === el || hostOf(el) === is || verb === 'Click' && !roleOf(el) && contains(el, is));
};
const maxName = 80;
// The start of a text, up to the end of a word.
const opening = (text) => (text.length <= maxName ? text : text.slice(0, 60).replace(/\s+\S*$/, ''));
// Locators for the element by what a person sees on it, the best first; they may mean others too.
const locatorsBySight = (el, verb) => {
  const role = roleOf(el), like = verb === 'Check' && role === 'switch' ? (value) => ({ by: 'checkbox', value }) : (value) => locatorOf(el, value);
  const names = distinctNames([name(el), readableText(el), ...namesOf(el, '')]), found = [];
  if (role === 'row' || role === 'listitem') return piecesOf(el).filter((s) => s.length <= maxName).map(like);
  if (!role && !isField(el)) return [...names, ...piecesOf(el)].filter((s) => s.length <= maxName).map((value) => ({ by: 'text', value }));
  for (const n of names) found.push(n.length <= maxName ? like(n) : { ...like(''), containing: opening(n) });
  return found;
};
const distinctNames = (names) => [...new Set(names.map(normalize).filter(Boolean))];
// Locators by what no person sees.
const locatorsByMark = (el) => {
  const id = attribute(el, 'id'), named = attribute(el, 'name'), test = attribute(el, 'data-testid');
  const tag = localName(el), found = [];
  if (test) found.push({ by: 'test id', value: test });
  if (id && !/\d{4,}|:/.test(id)) found.push({ by: 'css', value: '#' + CSS.escape(id) });
  if (named) found.push({ by: 'css', value: `${tag}[name=${JSON.stringify(named)}]` });
  return found;
};
// A locator for this element alone; undefined if none is known.
const locatorFor = (el, verb) => {
  const sights = verb === 'Read' ? [] : locatorsBySight(el, verb), only = (t) => !!t && meansOnly(verb, t, el);
  const plain = sights.find(only);
  if (plain) return plain;
  for (const t of sights.slice(0, 2)) {
    const place = placeOf(t, el, find(t).filter(isVisible)), within = place && { ...t, within: place };
    if (only(within)) return within;
  }
  const marked = locatorsByMark(el);
  return marked.find((t) => t.by === 'test id' && only(t)) || numbered(sights[0], el, only) || marked.find(only) ||
    (roleOf(el) || isField(el) ? [locatorOf(el, '')].find(only) || numbered(locatorOf(el, ''), el, only) : undefined);
};
const numbered = (t, el, only) => {
  const at = t ? find(t).filter(isVisible).findIndex((one) => one === el || contains(el, one)) : -1;
  return at < 0 ? undefined : [{ ...t, nth: at + 1 }].find(only);
};

// What a call takes besides the locator, as text: an option that can be chosen.
const argumentOf = (el, verb) => {
  if (verb !== 'Choose') return '';
  const list = controlOf(el), options = localName(list) === 'select' ? [...list.options].filter((o) => isOffered(o) && !optionOff(o)) : [];
  return optionName(options.find((o) => !o.selected && o.value !== '') || options[0] || { label: '' });
};
// Why a step could not act on the element now; '' if it could.
const obstacle = (el, verb, target) => {
  const off = verb === 'See' || verb === 'Read' ? '' : disabled(controlOf(el));
  if (off) return off;
  const cover = coverOf(el, target);
  return cover ? `it is covered by ${describe(cover)}` : '';
};

// The texts that stand for themselves: what is neither in a control nor a heading, by the innermost elements around them.
const textsOf = (claimed) => {
  const found = [];
  const visit = (el) => {
    if (found.length >= maxOffers || claimed(el) || mayReplaceText.has(localName(el)) || localName(el) === 'label') return;
    let own = '';
    eachChild(el, (n) => { if (nodeType(n) === 3) own += textData(n) + ' '; else if (nodeType(n) === 1 && !foldedAway(el, n)) visit(n); });
    if (/[\p{L}\p{N}]/u.test(own)) found.push(el);
  };
  if (page()) visit(page());
  return found;
};
const textLocator = (el) => {
  const shown = shownText(el), pieces = [shown.length <= maxName ? shown : '', ...piecesOf(el).map(opening)].filter(Boolean);
  for (const value of distinctNames(pieces)) {
    const t = { by: 'text', value }, place = () => placeOf(t, el, find(t).filter(isVisible));
    if (meansOnly('See', t, el)) return t;
    const within = isSeen(el, t) && place();
    if (within && meansOnly('See', { ...t, within }, el)) return { ...t, within };
  }
};

// The time that listing may take, and the most that it lists: of a page with thousands of links, a person needs the first.
const offersMS = 4000, maxOffers = 250;
const listOffers = () => {
  const until = performance.now() + offersMS, found = [], known = new Map();
  let more = false;
  const full = () => found.length >= maxOffers || performance.now() > until;
  const add = (el, verb, target) => {
    const s = sight(el, target);
    found.push({ el, verb, target, argument: argumentOf(el, verb), note: obstacle(el, verb, target), doubt: s.doubt || (s.box && mayBeCovered(s) ? 'covered' : ''), boxes: s.box ? [boxOfSight(s)] : [] });
  };
  const shows = (el) => isVisible(el) || isDrawn(el) || labelsOf(el).some(isVisible);
  for (const el of all(document)) {
    const verb = verbOf(el);
    if (!verb) continue;
    if (full()) { more = true; break; }
    const inner = parentOf(el), doubled = !isField(el) && known.get(inner) === verb;
    if (doubled || isInert(el) || !shows(el)) continue;
    known.set(el, verb);
    const target = locatorFor(el, verb);
    if (target) add(el, verb, target);
  }
  const claims = (el) => isField(el) || known.has(el) && !/^(row|listitem)$/.test(roleOf(el)) && (roleOf(el) !== '' || shownText(el).length <= maxName);
  for (const el of textsOf(claims)) {
    if (full()) { more = true; break; }
    if (isInert(el) || !isVisible(el)) continue;
    const target = textLocator(el);
    if (target) add(el, 'See', target);
  }
  const place = (a, b) => (call(a.el, 'compareDocumentPosition', b.el) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  found.sort(place);
  globalThis.valkyrieOffered = found.map((o) => o.el);
  return { offers: found.map(({ el, ...offer }) => offer), more };
};
const boxOfSight = ({ box: b, text, moved }) => ({ x: b.x, y: b.y, right: b.right, bottom: b.bottom, text: !!text, moved: !!moved });
