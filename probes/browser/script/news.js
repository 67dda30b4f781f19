// news: what the page says since the last action, in a message that may go again before the step ends.

// The text of the page at the last action, squashed; undefined in a document that was opened since.
const textBefore = () => {
  const before = globalThis.valkyrieSnapshot;
  return before && (before.squashed ??= squash(before.text));
};
const saysSomething = (s) => /\p{L}{2}/u.test(s); // a clock or a counter does not
const maxMessage = 160;

// Elements with which pages report that something is wrong, and those in which they report anything.
const wrongSelector = '[role=alert],[role=alertdialog],[aria-live=assertive],[class*=error i],[class*=invalid i],[class*=danger i],[class*=negative i],[data-type=error]';
const reportSelector = '[role=status],[role=log],[aria-live],output,dialog,[role=dialog],[popover]';
const isWrong = (el) => {
  const css = getComputedStyle(el);
  return !!call(el, 'closest', wrongSelector) || !!call(el, 'querySelector', wrongSelector) || isRed(css.color) || alpha(css.backgroundColor) > 0.5 && isRed(css.backgroundColor);
};
const isReport = (el) => {
  if (call(el, 'closest', reportSelector)) return true;
  for (let n = el; n; n = parentOf(n)) if (n instanceof Element && styleOf(n).position === 'fixed') return true;
  return false;
};
// The element whose text stands apart around another: its paragraph, its cell.
const blockOf = (el) => { for (let n = el; n; n = parentOf(n)) if (n instanceof Element && standsApart(n, getComputedStyle(n))) return n; return el; };

// Whether all of the text in an element is new, but for short words, which may be part of others.
const isAllNew = (el, before) => {
  const old = (n) => (nodeType(n) === 3 ? squashedText(n).length > 3 && before.includes(squashedText(n)) : nodeType(n) === 1 && childNodesOf(n).some(old));
  return !old(el);
};
const childNodesOf = (el) => { const found = []; eachChild(el, (n) => found.push(n)); return found; };

// The texts that the page shows now and did not at the last action, but for what the query means: first those of messages. None in a
// new document, in which everything is new.
const newTexts = () => {
  const before = textBefore(), found = new Map(), meant = before !== undefined && query.target?.by ? find(query.target) : [];
  let left = 3000;
  const take = (s, written, el) => {
    if (!s || before.includes(s) || !saysSomething(written) || meant.some((one) => contains(one, el)) || !isVisible(el)) return;
    const block = blockOf(el), whole = textContent(block).length < 1000 && isAllNew(block, before) ? shownText(block) : '', text = whole && whole.length <= maxMessage ? whole : normalize(written);
    if (!found.has(text)) found.set(text, el);
  };
  const visit = (n, el) => {
    if (found.size > 5 || left-- < 0) return;
    if (nodeType(n) === 3) take(squashedText(n), textData(n), el);
    else if (nodeType(n) === 1 && !mayReplaceText.has(localName(n)) && !matches(n, '[contenteditable]:not([contenteditable=false])')) eachChild(n, (child) => { if (!foldedAway(n, child)) visit(child, n); });
  };
  if (before !== undefined && page()) visit(page(), page());
  const rank = ([, el]) => (isWrong(el) ? 0 : isReport(el) ? 1 : 2);
  return [...found].sort((a, b) => rank(a) - rank(b)).map(([text]) => text);
};

// The messages that the page has shown since the last action, {at, wrong} by text, also those that are gone again. Of a new document,
// only those that report something wrong.
const noted = globalThis.valkyrieNoted ??= new Map();
const [maxNoted, recentMS] = [12, 2000];
const noteNews = () => {
  const recent = globalThis.valkyrieChanges?.recent, before = textBefore();
  if (!recent?.size) return;
  let left = 12;
  for (const [el, at] of [...recent].reverse()) {
    const text = read(el, 'isConnected') && clock() - at < recentMS && !mayReplaceText.has(localName(el)) && textContent(el).length < 1000 ? normalize(textContent(el)) : '';
    if (text.length > maxMessage || !saysSomething(text) || noted.has(text) || before?.includes(squash(text))) recent.delete(el);
    else if (left-- > 0) {
      const wrong = isWrong(el), counts = wrong || before !== undefined, shows = counts && isVisible(el);
      if (shows) noted.set(shownText(el), { at, wrong });
      if (shows || !counts) recent.delete(el); // one that fades in is looked at again
    }
  }
  for (const [text, { wrong }] of noted) if (noted.size > maxNoted && !wrong) noted.delete(text);
  while (noted.size > maxNoted) noted.delete(noted.keys().next().value);
};
// What of it was since the last action, for the result of a query.
const heard = () => {
  const since = globalThis.valkyrieSnapshot?.at || 0;
  for (const [text, { at }] of noted) if (at < since) noted.delete(text);
  return [...noted].map(([text, { at, wrong }]) => ({ text: quote(text), at, wrong, gone: !pageText().includes(text) }));
};
