// reason: why a query is not met, in words that can be read out on a phone.

const label = (el) => {
  const id = attribute(el, 'id'), classes = read(el, 'classList');
  return read(el, 'localName') + (id ? '#' + id : classes.length ? '.' + classes[0] : '');
};
// An element without an id or a class is named by its nearest ancestor with an id.
const describe = (el) => {
  if (attribute(el, 'id') || read(el, 'classList').length) return label(el);
  const near = call(el, 'closest', '[id]');
  return near && near !== body() ? `${label(el)} in ${label(near)}` : label(el);
};

// The current path. Ids in it are shortened, since the text is read out.
const locationNote = () => {
  const path = location.pathname.replace(/\/(?=[^/]*\d)[^/]{12,}/g, '/…');
  const at = location.protocol.startsWith('http') ? ` (at ${path})` : '';
  return at.length > 80 ? at.slice(0, 79) + '…)' : at;
};

// A likely cause: a frame whose document has not loaded, or a page served by a service worker instead of the site.
const cause = () => {
  const stale = performance.getEntriesByType('navigation')[0]?.workerStart ? '; the page was served by its service worker' : '';
  const frames = [...all(document)].filter((el) => matches(el, 'iframe[src^="/"],iframe[src^=http]') && !performance.getEntriesByName(el.src).length);
  return frames.length ? `; its frame ${attribute(frames[0], 'src')} has not loaded` : stale;
};

// The Go expression of a locator, to paste into a journey. A message's last clause is "use" and expressions; the texts to
// people on a phone leave it out.
const constructors = { button: 'Button', link: 'Link', heading: 'Heading', field: 'Field', checkbox: 'Checkbox', text: 'Text', frame: 'Frame', css: 'CSS', 'test id': 'TestID' };
const goString = (s) => JSON.stringify(s);
const expression = (target) => {
  const { by, role, value, containing, pattern, within, nth, at, or } = target;
  return (role ? `browser.Role(${goString(role)}, ${goString(value)})` : `browser.${constructors[by]}(${goString(value)})`) +
    (containing ? `.Containing(${goString(containing)})` : '') + (pattern ? `.Matching(${goString(pattern)})` : '') +
    (within ? `.Within(${expression(within)})` : '') + (nth ? `.Nth(${nth})` : '') + (at ? `.At(${at.join(', ')})` : '') + (or ? `.Or(${expression(or)})` : '');
};
const locatorOf = (el, value = name(el)) => {
  const role = roleOf(el);
  if (isField(el) && role !== 'checkbox' && role !== 'radio' && role !== 'switch') return { by: 'field', value };
  return constructors[role] ? { by: role, value } : { by: role, role, value };
};
const words = { banner: 'header', contentinfo: 'footer', main: 'main part', complementary: 'aside', region: 'section', listitem: 'list item', tabpanel: 'tab panel', css: 'element' };
const kindOf = ({ by, role }) => words[role || by] || role || by;
const aKind = (target) => (/^[aeiou]/.test(kindOf(target)) ? 'an ' : 'a ') + kindOf(target);
const spell = (items, last) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`);

// Why a locator that should mean one element means several: what they are in, and a locator for each.
const ambiguityReason = (target, els) => {
  const most = 4, each = els.slice(0, most).map((el, i) => {
    const place = placeOf(target, el, els);
    return { place, target: place ? { ...target, within: place } : { ...target, nth: els.indexOf(el) + 1 } };
  });
  const more = els.length > most ? [`${els.length - most} more`] : [];
  const where = each.every(({ place }) => place) ? `, in ${spell([...each.map(({ place }) => `the ${kindOf(place)}` + (place.value && ' ' + quote(place.value))), ...more], 'and')}` : '';
  const expressions = target.or ? '' : `; use ${spell(each.map((e) => expression(e.target)), 'or')}`;
  return `there are ${els.length} of them${where}; say which one${expressions}`;
};
// The part of the page that holds this one of the elements alone, by a locator that means no other part.
const places = new Set([...parts, 'navigation', 'banner', 'contentinfo', 'main', 'complementary', 'search', 'alertdialog']);
const placeOf = (target, el, els) => {
  if (target.within || target.or) return;
  for (let n = parentOf(el); n; n = parentOf(n)) {
    if (!(n instanceof Element)) continue;
    if (els.some((other) => other !== el && contains(n, other))) return;
    const role = roleOf(n);
    if (!places.has(role)) continue;
    const headings = queryAll(n, 'h1,h2,h3,h4,h5,h6,legend,caption,[role=heading],th,td').map(shownText);
    for (const value of ['', isNamedByContent(n) ? '' : accessibleName(n), ...headings, ...piecesOf(n)].filter((v, i) => (i === 0 ? !parts.has(role) : v && v.length <= 40 && v !== target.value))) {
      const place = { by: role, role, value }, found = findPlaces(place);
      if (found.length === 1 && found[0] === n) return place;
    }
  }
};
const piecesOf = (el) => {
  const found = [];
  const visit = (n) => { if (nodeType(n) === 3 && found.length < 5) { const s = normalize(textData(n)); if (s) found.push(s); } else if (nodeType(n) === 1 && !isField(n)) eachChild(n, visit); };
  visit(el);
  return found;
};

// What the page itself says is wrong: alerts, the messages of invalid fields, and texts that look like errors.
const errorMessages = () => errorsShown().texts;
const errorsShown = () => {
  const seenEls = [], within = [...all(document)];
  const shows = (els) => els.filter(isVisible).map((el) => { seenEls.push(el); return shownText(el); });
  const invalid = within.filter((el) => matches(el, '[aria-invalid]:not([aria-invalid=false],[aria-invalid=""])'));
  const texts = distinct([
    ...shows(within.filter((el) => matches(el, '[role=alert],[role=alertdialog],[aria-live=assertive]'))),
    ...shows(invalid.flatMap((el) => { const own = idRefs(el, 'aria-errormessage'); return own.length ? own : idRefs(el, 'aria-describedby'); })),
    ...shows(within.filter((el) => matches(el, '[class*=error i],[class*=invalid i],[class*=danger i],[class*=negative i],[id*=error i]') && !isField(el) && !matches(el, 'form,body,html,label,fieldset,button,a') && !call(el, 'querySelector', field))).filter((s) => s.length <= 200),
    ...shows(within.filter(isRedNews)),
    ...within.filter((el) => matches(el, ':user-invalid') && isField(el) && isVisible(el)).map((el) => `${name(el) || label(el)}: ${el.validationMessage}`),
  ]);
  return { els: seenEls, texts };
};
// Whether an element shows a short red text that was not there at the last action.
const isRedNews = (el) => {
  const before = globalThis.valkyrieSnapshot?.text;
  if (before === undefined || read(el, 'childElementCount') > 5 || !isRed(getComputedStyle(el).color)) return false;
  const text = normalize(textContent(el));
  return text !== '' && text.length <= 200 && !before.includes(text) && !childrenOf(el).some((child) => normalize(textContent(child)) === text);
};
const isRed = (color) => { const [r, g, b] = channels(color) || []; return r >= 150 && g <= r / 2 && b <= r / 2; };
const otherMessages = () => distinct([...all(document)].filter((el) => matches(el, 'h1,h2,[role=status],dialog[open],[role=dialog]') && isVisible(el)).map(shownText));
// Texts in what many frameworks call a message, a flash of the page before included. Not those about cookies, which wait for ever.
const flashes = '[class*=flash i],[class*=notice i],[class*=toast i],[class*=snackbar i],[class*=alert i],[class*=notification i],[class~=message],[class~=messages]';
const flashMessages = () => [...all(document)].filter((el) => matches(el, flashes) && !call(el, 'closest', '[class*=cookie i],[id*=cookie i],[class*=consent i],button,a') && textContent(el).length < 1000 && isVisible(el)).map(shownText).filter((s) => s.length <= maxMessage);
// What the page says: first what is new since the last action.
const messages = () => {
  const errors = errorMessages(), before = textBefore(), isOld = (s) => !!before?.includes(squash(s));
  return distinct([...errors.filter((s) => !isOld(s)), ...newTexts(), ...errors.filter(isOld)]);
};
// Each text once, also if it is part of another.
const distinct = (texts) => texts.filter((s, i) => s && !texts.some((other, j) => other && j < i && (other.includes(s) || s.includes(other))));
const says = (messages) => (messages.length ? `the page says ${messages.slice(0, 2).map(quote).join(', ')}` : '');
const saidNote = () => { const said = says(messages()); return said && `; ${said}`; };
const errorNote = () => saidNote() + undoneNote() + loadingNote();
const loadingNote = () => (readyState() === 'loading' ? '; the page is still loading' : '');
const undoneNote = () => (typeof lostNote === 'undefined' ? '' : lostNote()); // lostNote is in the script of a query only

// Why nothing was found, with the next things that a person would check: messages, similar names, other kinds of element with
// the name, the page's text.
const missingReason = (target) => {
  if (target.within && !target.within.holdsFrame && !find(target.within).some(isVisible)) return `there is no ${kindOf(target.within)} ${quote(target.within.value || target.within.containing || target.within.pattern || '')} for it to be in`;
  if (target.nth > 1 && find({ ...target, nth: 0 }).some(isVisible)) return `there are only ${find({ ...target, nth: 0 }).filter(isVisible).length} of them`;
  const errors = errorMessages(), near = closestTo(target), others = near.length ? [] : elsewhere(target), same = near.length || others.length || errors.length ? [] : namesOfKind(target);
  const nameless = near.length || others.length || same.length ? [] : namelessOfKind(target), asked = expression(target);
  const cures = [...curesOf(target, near), ...others.map(expression), ...nameless.map(handleOf).filter(Boolean).map(expression)].filter((c) => c !== asked);
  const spoken = messages(), other = spoken.filter((s) => !near.some(([n]) => n.includes(s) || s.includes(n)));
  const content = near.length ? '' : errors.length ? locationNote() : contentNote(spoken);
  const notes = [
    errors.length ? says(spoken) : near.length ? says(other) : '',
    near.length ? `the nearest are ${near.map(([n]) => quote(n)).join(', ')}` : '',
    spell(others.map((t) => `there is ${aKind(t)} ${quote(t.value)}`), 'and'),
    nameless.length ? `it has ${nameless.length > 1 ? `${nameless.length} ${plural(target)}` : aKind(target)} without a name` : '',
    same.length ? `it has the ${plural(target)} ${spell(same.map(quote), 'and')}` : '',
  ].filter(Boolean);
  const joined = errors.length ? [notes[0] + content, ...notes.slice(1)] : [...notes, content].filter(Boolean);
  return `there is none; ${joined.join('; ')}${undoneNote()}${scrollNote()}${loadingNote()}${cause()}${cures.length ? `; use ${spell(cures, 'or')}` : ''}`;
};
const contentNote = (news) => {
  const said = says(distinct([...news, ...flashMessages(), ...otherMessages()])), text = said ? '' : displayed(page()), main = text && afterMenus(text);
  if (said) return said + locationNote();
  return text ? `${main === text ? 'the page begins' : 'after its menu, the page begins'} with ${quote(main)}${locationNote()}` : textlessNote();
};
// The page's text without the menus that it begins with, unless it has nothing else.
const afterMenus = (text) => {
  let rest = text;
  for (const el of queryAll(document, 'nav,[role=navigation],header,[role=banner]').slice(0, 5)) {
    const menu = isVisible(el) ? shownText(el) : '';
    if (menu && rest.startsWith(menu)) rest = rest.slice(menu.length).trim();
  }
  return rest || text;
};
// What a page without text shows: pictures by their descriptions, fields by their names.
const textlessNote = () => {
  const shown = [...all(document)].filter((el) => (isField(el) || matches(el, 'img,svg,canvas,video,[role=img],iframe')) && isVisible(el)).slice(0, 4);
  const kind = (el) => (isField(el) ? 'field' : matches(el, 'iframe') ? 'frame' : 'picture'), called = (el) => name(el) || matches(el, 'iframe') && attribute(el, 'src') || '';
  const each = distinct(shown.map((el) => `the ${kind(el)}` + (called(el) && ' ' + quote(called(el)))));
  return each.length ? `the page has no text; it shows ${spell(each, 'and')}${locationNote()}` : blankPage;
};
const blankPage = 'the page is blank';
const isBlank = () => !displayed(page()) && textlessNote() === blankPage;
const plural = ({ by, role }) => ({ checkbox: 'checkboxes', switch: 'switches', combobox: 'combo boxes', listbox: 'list boxes' }[role || by] || `${role || by}s`);
// Of the elements, up to 500, those that can be seen, but for one with the text and the labels of another: a column of links.
const unlike = (els) => {
  const known = new Set();
  return els.slice(0, 500).filter((el) => {
    const text = isField(el) ? '' : normalize(textContent(el)), key = JSON.stringify([text, ...['aria-label', 'aria-labelledby', 'title'].map((a) => attribute(el, a))]);
    if (text && known.has(key) || !isVisible(el)) return false;
    known.add(key);
    return true;
  });
};
const lacksName = (target) => unnamed.has(target.by) || !target.value && !target.containing && !target.matching;
// What belongs to the task at hand comes first: an open dialog, then the main part, then what is outside of headers, menus and footers.
const distanceFromTask = (el) => {
  if (call(el, 'closest', 'dialog[open],[role=dialog],[role=alertdialog]')) return 0;
  return call(el, 'closest', 'header,nav,footer,[role=banner],[role=navigation],[role=contentinfo]') ? 3 : call(el, 'closest', 'main,[role=main],form') ? 1 : 2;
};
const namesOfKind = (target) => {
  if (lacksName(target)) return [];
  const els = unlike(withRole(target.role || target.by)).map((el) => [distanceFromTask(el), el]).sort((a, b) => a[0] - b[0]);
  return distinct(els.map(([, el]) => name(el))).filter((n) => n.length <= 40).slice(0, 4);
};
// The elements of the wanted kind that have no name to find them by, and a locator for one of them, if it has a mark of its own.
const namelessOfKind = (target) => (lacksName(target) ? [] : withRole(target.role || target.by).filter((el) => !name(el) && isVisible(el)).slice(0, 4));
const handleOf = (el) => {
  const marks = [{ by: 'test id', value: attribute(el, 'data-testid') }, { by: 'css', value: attribute(el, 'id') && '#' + CSS.escape(attribute(el, 'id')) }];
  marks.push({ by: 'css', value: attribute(el, 'name') && `${localName(el)}[name=${JSON.stringify(attribute(el, 'name'))}]` });
  return marks.find((t) => t.value && find(t).filter(isVisible).length === 1);
};
const unnamed = new Set(['text', 'css', 'test id']);

// Elements of other kinds that have the wanted name: a tab instead of a button.
const clickable = 'button,a,summary,input,select,textarea,option,h1,h2,h3,h4,h5,h6,[role],[contenteditable]';
const elsewhere = (target) => {
  if (unnamed.has(target.by) || !target.value && !target.containing && !target.matching) return [];
  const exact = elsewhereBy(target);
  return exact.length || !target.value || target.containing ? exact : elsewhereBy({ ...target, value: '', containing: target.value });
};
const elsewhereBy = (target) => {
  const named = isNamed(target), is = hasRole(target.role || target.by), found = [];
  for (const el of [...all(document)].filter((el) => matches(el, clickable) && !is(el) && roleOf(el)).slice(0, 500)) {
    if (named(el) && isVisible(el)) found.push(locatorOf(el, target.value || name(el)));
  }
  if (!found.length && target.value && innermost(findText(page(), target.value).filter((t) => t.whole).map((t) => t.el)).some(isVisible)) found.push({ by: 'text', value: target.value });
  return found.filter((t, i) => found.findIndex((o) => expression(o) === expression(t)) === i).slice(0, 2);
};

// The names closest to the wanted one, each with the first element of that name and the part of it that fits: first those that
// contain the wanted one, then those that it contains, then others by edit distance. At most three.
const closestTo = (target) => {
  const { by, role, value, containing } = target, wanted = value || containing;
  if (!wanted || by === 'css' || by === 'test id') return [];
  const like = by === 'text' ? ['button', 'link', 'heading', 'status', 'alert'].flatMap(withRole) : withRole(role || by);
  const others = new Map();
  const add = (n, el) => { if (n && n.length < 200 && !others.has(n)) others.set(n, el); };
  if (by === 'text') for (const [n, el] of piecesLike(wanted)) add(n, el);
  for (const el of unlike(like)) for (const n of new Set([readableText(el), accessibleName(el)])) add(n, el);
  const ranked = [...others].map(([n, el]) => {
    const part = commonPart(n, wanted), size = part.length / n.length;
    const rank = !part ? distance(n.toLowerCase(), wanted.toLowerCase()) : size < 1 ? -2 - size : -n.length / wanted.length;
    return [rank, [n, el, part]];
  }).filter((o) => o[0] <= 0.6);
  return ranked.sort((a, b) => a[0] - b[0]).slice(0, 3).map((o) => o[1]);
};
// The part of the name that it has in common with the wanted one, if one of them contains the other but for capitals: as the name
// has it. A short word within another word does not count.
const commonPart = (name, wanted) => {
  const n = name.toLowerCase(), w = normalize(wanted).toLowerCase(), least = 3;
  if (n.length !== name.length || Math.min(n.length, w.length) < 2) return '';
  const at = wordIn(n, w);
  if (at >= 0) return name.slice(at, at + w.length);
  if (w.length >= least && n.includes(w)) return name.slice(n.indexOf(w), n.indexOf(w) + w.length);
  return n.length >= least && wordIn(w, n) >= 0 ? name : '';
};
const wordIn = (text, words) => {
  const inWord = (c) => !!c && /[\p{L}\p{N}]/u.test(c);
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) if (!inWord(text[at - 1]) && !inWord(text[at + words.length])) return at;
  return -1;
};
// The texts of the page that contain a phrase in other capitals, or that it contains.
const piecesLike = (phrase) => {
  const found = [];
  let left = 3000;
  const visit = (n, el) => {
    if (nodeType(n) === 1 && !mayReplaceText.has(localName(n))) eachChild(n, (child) => { if (!foldedAway(n, child)) visit(child, n); });
    if (nodeType(n) !== 3 || left-- < 0 || found.length > 9) return;
    const s = normalize(textData(n));
    if (s.length * 3 > phrase.length && commonPart(s, phrase) && isSeen(el, { by: 'text', value: s })) found.push([s, el]);
  };
  if (page()) visit(page(), page());
  return found;
};
// Locators for what is nearly there: for the one name that contains the wanted one, a part of it, since the rest may change.
const curesOf = (target, near) => {
  const like = near.filter(([, , part]) => part);
  if (target.or || target.value && target.containing || target.matching) return [];
  const long = (part) => part.length * 2 >= target.value.length && (part.length >= 8 || part.length === target.value.length);
  if (target.by === 'text') return like.filter(([, , part]) => long(part)).slice(0, 1).map(([, , part]) => expression({ ...target, value: part, containing: '' }));
  const [[n, , part] = []] = like;
  if (like.length === 1 && part && part.length < n.length) return [expression({ ...target, value: '', containing: part })];
  return like.map(([name]) => expression({ ...target, value: name, containing: '' }));
};
const distance = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length] / Math.max(a.length, b.length, 1);
};
