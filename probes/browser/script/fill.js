// fill: what a field takes, entering it, and whether the field holds it.

// Fields whose value a person picks: what they take, for the error, its form, and the unit and default of its steps.
const pickers = {
  date: ['a day such as "2026-12-24"', /^\d{4,6}-\d\d-\d\d$/, ' days', '1'],
  time: ['a time such as "14:30"', /^\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/, ' seconds', '60'],
  month: ['a month such as "2026-12"', /^\d{4,6}-\d\d$/, ' months', '1'],
  week: ['a week such as "2026-W52"', /^\d{4,6}-W\d\d$/, ' weeks', '1'],
  'datetime-local': ['a day and time such as "2026-12-24T14:30"', /^\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/, ' seconds', '60'],
  color: ['a colour such as "#ff8800"', /^#[0-9a-f]{6}$/i, '', ''],
  range: ['a number', /^-?\d+(\.\d+)?$/, '', '1'],
};
const typedInto = ['text', 'search', 'url', 'tel', 'email', 'password', 'number'];
const isInput = (el) => read(el, 'localName') === 'input';
const isTextField = (el) => isInput(el) && typedInto.includes(el.type) || read(el, 'localName') === 'textarea';
const isPicker = (el) => isInput(el) && el.type in pickers;
const isEditor = (el) => !('value' in el) && read(el, 'isContentEditable');
const isReadOnly = (el) => el.readOnly === true || attribute(el, 'aria-readonly') === 'true';
const content = (el) => (isTextField(el) || isPicker(el) ? el.value : innerText(el) ?? textContent(el));

// The element that takes the text where the target encloses it: the field of a label, the editor in a textbox.
const fieldIn = (el) => {
  if (isTextField(el) || isPicker(el) || isEditor(el)) return el;
  if (controlOf(el) !== el) return fieldIn(controlOf(el));
  const inner = [...all(el)].filter((n) => (isTextField(n) || attribute(n, 'contenteditable') !== null && isEditor(n)) && (isVisible(n) || isDrawn(n)));
  return inner.length === 1 ? inner[0] : el;
};

// The field may be in a closed shadow root, and a script may make an editor of the element yet.
const mayBecomeField = (el) => isCustom(el) && !shadow(el) || ['textbox', 'searchbox', 'combobox'].includes(explicitRole(el)) || attribute(el, 'contenteditable') !== null;
// Why the field cannot take the text at all, whatever the page does next; '' when it can.
const refusal = (el, { text, secret }) => {
  if (isPicker(el)) return pickerRefusal(el, text, secret);
  const name = read(el, 'localName');
  if (name === 'select') return 'it is a list of options; use Choose';
  if (isInput(el) && !isTextField(el)) return `it takes no text: it is an input of type ${el.type}; use ${{ checkbox: 'Check', radio: 'Check', file: 'Upload' }[el.type] || 'Click'}`;
  if (name === 'iframe') return 'it is a frame; use the locator of the field in it, since all frames are searched';
  if (explicitRole(el) === 'slider' && !isEditor(el)) return 'it is a slider that the page draws; use DragTo with At, or Click and Press("ArrowRight")';
  if (!isTextField(el) && !isEditor(el) && el.tabIndex < 0) return `it takes no text: it is a ${label(el)}; in an editor, use Click and Type`;
  return isInput(el) && /\n/.test(text) ? 'it takes a single line, and the text has several' : '';
};
// The field's own rules, tried on a copy. An empty text clears every field but a colour and a range, which have no empty value.
const pickerRefusal = (el, text, secret) => {
  const [what, form, unit, step] = pickers[el.type], copy = pickerCopy(el, text), always = /^(color|range)$/.test(el.type);
  if (!text && !always) return '';
  const { rangeUnderflow, rangeOverflow, stepMismatch } = copy.validity;
  if (form.test(text) && copy.value && !rangeUnderflow && !rangeOverflow && !stepMismatch && (el.type !== 'range' || +copy.value === +text)) return '';
  const part = (word, value, after = '') => (value ? ` ${word} ${value}${after}` : '');
  const range = el.type === 'range' ? ['0', '100'] : [];
  const limits = part('from', el.min || range[0]) + part('to', el.max || range[1]) + part('in steps of', el.step === 'any' ? '' : el.step || (stepMismatch || el.type === 'range') && step, unit);
  return `it takes ${what}${limits}${secret ? '' : `, not ${quote(text)}`}`;
};
const pickerCopy = (el, text) => { const copy = call(el, 'cloneNode'); copy.value = text.replace(' ', 'T'); return copy; };

const activeElement = () => {
  let el = read(document, 'activeElement');
  while (el && shadow(el)?.activeElement) el = shadow(el).activeElement;
  return el;
};
const fire = (el, ...types) => { for (const t of types) call(el, 'dispatchEvent', new Event(t, { bubbles: true, composed: t !== 'change' })); };
// The page's own timers and promises of the last event have run.
const settle = () => pause(0);

// Focuses the field and selects its content, so that typing replaces it; a field whose value is picked gets it here. Returns
// what it held before.
const enter = async (target, text) => {
  call(target, 'focus', { preventScroll: true });
  await settle(); // a page may move the caret, or the focus, after the event
  const active = activeElement(), instead = active && isTextField(active) && !isVisible(target) && isVisible(active); // a field that takes its place
  const el = instead || active && contains(target, active) && active !== target ? fieldIn(active) : target;
  if (!read(el, 'isConnected')) return { why: 'the page keeps replacing it' };
  if (!active || !contains(el, active)) return { fatal: true, why: active && active !== body() ? `the page moves the focus to ${describe(active)}` : 'it does not take the focus' };
  const earlier = globalThis.valkyrieTyped, is = content(el);
  earlier?.stop?.();
  // What was there before the first attempt; the attempt's own leftovers do not count.
  const before = earlier && earlier.number === query.number ? earlier.before : is;
  const typed = globalThis.valkyrieTyped = { el, number: query.number, before, tags: earlier?.number === query.number ? earlier.tags : text.length <= 200 && isTextField(el) && countTags(el, text), last: is, at: 0 };
  if (isPicker(el)) {
    typed.at = clock();
    if (el.value === text) return { ok: true, picked: true };
    el.value = text.replace(' ', 'T');
    typed.last = el.value;
    fire(el, 'input', 'change');
    return { ok: true, picked: true };
  }
  if (el.select) el.select(); else getSelection().selectAllChildren(el);
  // The state of the field at each event, before the page's own handlers.
  const onEvent = (e) => {
    if (!e.isTrusted) return;
    if (e.type === 'input') typed.last = content(el);
    if (e.type !== 'input' || !typed.at) typed.at = performance.timeOrigin + e.timeStamp;
  };
  const events = ['keydown', 'input'];
  typed.stop = () => events.forEach((e) => removeEventListener(e, onEvent, true));
  events.forEach((e) => addEventListener(e, onEvent, true));
  return { ok: true, text: is };
};

// Whether a field holds a text that was typed. A page may format it (a card number in groups, a phone number in brackets,
// capitals, trimmed spaces, curly quotes), so case and what the page adds between letters and digits do not count. But every
// character that was typed must be there, in its order: only a long number, such as a phone's, may lose its own separators to
// the page's, and an editor may turn marks into a format. A page may also complete a word ("Ham", "Hamburg"), but what was
// there before is no completion.
const holds = (el, text, before) => holdsText(el, content(el), text, before);
const holdsText = (el, is, text, before) => {
  if (is === text) return true;
  if (!is || !text || isInput(el) && el.type === 'password') return false;
  if (isPicker(el)) return is.toLowerCase() === text.toLowerCase() || el.type !== 'color' && pickerCopy(el, is).valueAsNumber === pickerCopy(el, text).valueAsNumber;
  if (isInput(el) && el.type === 'number') return +is === +text;
  const w = folded(text), h = folded(is), old = folded(before);
  if (w === h || isInput(el) && el.type === 'email' && sameMail(w, h)) return true;
  if (!w || !h) return false;
  if (letters(w) && letters(w) === letters(h)) return inOrder(w, h) || isLongNumber(w, h) || isEditor(el) && folded(unmarked(w)) === folded(unmarked(h));
  if (sameAmount(w, h) || sameDay(w, h) || samePhone(w, h)) return true;
  const more = h.slice(w.length);
  return h.startsWith(w) && w.length > 1 && /\p{L}/u.test(w) && /^[\p{L}\p{P}]/u.test(more) && !more.startsWith(w) && !(old && (more.includes(old) || old.includes(more)));
};
const folded = (s) => s.normalize('NFKC').toUpperCase().replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"').replace(/[\u2010-\u2015\u2212]/g, '-').replace(/[\u200b-\u200f\u2060\ufeff\u00ad]+/g, '').replace(/\s+/g, ' ').trim();
const letters = (s) => s.replace(/[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}]/gu, '');
const unmarked = (s) => s.replace(/[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}\s]/gu, '');
const inOrder = (wanted, held) => { const all = [...wanted]; let i = 0; for (const c of held) if (c === all[i]) i++; return i === all.length; };
const isLongNumber = (w, h) => /^[\d\p{L}\p{P}\p{S} ]+$/u.test(w) && (w.match(/\d/g) || []).length >= 7 && !/^-?\d+(\.\d+)?$/.test(w) && /[.,]\d\d?$/.test(w) === /[.,]\d\d?$/.test(h);
// An address whose domain the browser has encoded.
const sameMail = (w, h) => { const a = URL.parse('http://' + w), b = URL.parse('http://' + h); return !!a && !!b && a.href === b.href; };
// A field that completes after each letter ("Hburg") takes a word only at once, from the clipboard.
const completesEachLetter = (el, text) => {
  const is = [...content(el)], size = is.length / [...text].length, after = is.slice(1, size).join('');
  return isTextField(el) && Number.isInteger(size) && size > 2 && is.join('') === [...text].map((c) => c + after).join('');
};

// Why the field does not hold the text, with its content, unless that is a secret.
const heldInstead = (el, { text, secret }) => {
  const notes = [];
  if (secret || isInput(el) && el.type === 'password') notes.push('it does not hold what was typed (its content is a secret)');
  else if (read(el, 'validity')?.badInput) notes.push(`it holds no valid number instead of ${quote(text)}`);
  else notes.push(`it holds ${quote(content(el))} instead of ${quote(text)}`);
  if (errorMessages().length) notes.push(says(errorMessages()));
  if (el.maxLength >= 0 && text.length > el.maxLength) notes.push(`it takes ${el.maxLength} characters at most`);
  if (isInput(el) && el.type === 'number') notes.push('it takes a number such as "12.5"');
  const active = activeElement();
  if (active && active !== body() && !contains(el, active)) notes.push(`the focus has moved to ${describe(active)}`);
  if (isTextField(el) && el.type !== 'number' && text) notes.push('if that is right, use Click and Type instead');
  return notes.join('; ');
};

// The result of entering a text: the field holds it, or the page has taken it (the field is gone after a code's last digit).
const entered = async () => {
  await settle();
  const typed = globalThis.valkyrieTyped;
  if (!typed) return { ok: true }; // another document: the page was left with what was typed
  typed.stop?.();
  const taken = holdsText(typed.el, typed.last, query.text, typed.before), since = clock();
  for (let el = typed.el; ; await pause(20)) {
    if (!read(el, 'isConnected')) {
      const again = unique(query.target).el;
      if (!again) return taken ? { ok: true, acted: typed.at } : { why: 'the page has removed it', again: true };
      el = fieldIn(again);
    }
    if (holds(el, query.text, typed.before)) {
      dropLost();
      keep({ el, text: query.text, before: typed.before, tags: typed.tags });
      return { ok: true, acted: typed.at, mayHide: snapshot() };
    }
    if (madeTags(el, query.text, typed.tags)) { dropLost(); return { ok: true, acted: typed.at, mayHide: snapshot() }; }
    if (taken && (disabled(el) || isReadOnly(el) || hiddenReason(el))) return { ok: true, acted: typed.at };
    const awaitsTags = !content(el) && /[,;\s]/.test(query.text), tooLong = el.maxLength >= 0 && query.text.length > el.maxLength;
    if (!tooLong && clock() - since < (awaitsTags ? tagMS : handledMS)) continue;
    const active = activeElement(), again = !tooLong && !!active && (active === body() || contains(el, active));
    return { why: heldInstead(el, query), again, paste: completesEachLetter(el, query.text) };
  }
};
// How long a page may take to handle the last key, and to make tags of a text where it has only emptied the field so far.
const [handledMS, tagMS] = [150, 500];
// A key follows the last one of a text after this time at least; a click, for which the element must stay in place, comes later anyway.
const [keyMS, clickMS] = [50, 35];

// What was entered since the last click: texts, choices and ticks. A page that takes a field over from its server may empty it
// again, or set it back, when it starts, and so may one whose server refuses a change; a person would see that before the next
// action.
const kept = () => (globalThis.valkyrieKept ??= []);
const keep = (entry) => { kept().push({ number: query.number, target: query.target, at: clock(), ...entry }); };
const isLost = (k) => (k.option !== undefined ? lostChoice(k) : k.state ? lostState(k) : lostText(k));
const fieldOf = ({ el, target }) => (read(el, 'isConnected') ? el : find(target).filter(isVisible).map(fieldIn)[0]);
const lostText = (k) => {
  const { text, before, tags } = k, now = fieldOf(k);
  return !!now && isVisible(now) && (['', before].includes(content(now)) || isGarbled(k, now)) && !holds(now, text, before) && !madeTags(now, text, tags);
};
// Whether the page has lost letters of a text, or has mixed them up: it was still handling one key when it got the next. A change
// that comes later than that is not due to the typing.
const isGarbled = ({ text, at }, el) => {
  if (clock() - at > 1000) return false;
  const left = [...letters(folded(text))], is = [...letters(folded(content(el)))];
  return is.length > 0 && is.every((c) => { const i = left.indexOf(c); if (i >= 0) left.splice(i, 1); return i >= 0; });
};
// Forgets the entries that the last action itself has changed. A text that has lost letters is not one of them: the page was still
// handling its keys.
const dropLost = () => { globalThis.valkyrieKept = kept().filter((k) => k.number !== query.number && (!isLost(k) || hasLostLetters(k))); };
const hasLostLetters = (k) => { const now = k.text !== undefined && fieldOf(k); return !!now && isGarbled(k, now); };
// The result for an entry that the page has undone, undefined if none; again: it has lost letters, at the speed of the typing. A page
// that has not handled all keys yet may set the field back and then right again.
const lostField = async (isSo = isLost) => {
  const undone = () => kept().find((k) => k.number !== query.number && isSo(k));
  for (let k; (k = undone()) && k.text !== undefined && clock() - k.at < handledMS;) await pause(20);
  const lost = undone();
  if (!lost) return undefined;
  globalThis.valkyrieKept = kept().filter((k) => k !== lost);
  return { lost: lost.number, again: lost.text !== undefined && !!content(lost.el) && isGarbled(lost, lost.el) };
};
// The same for an expectation that is not met: only lost letters, since a page may empty a field that it has sent.
const garbledField = () => lostField((k) => k.text !== undefined && content(k.el) && isGarbled(k, k.el) && lostText(k));
// Lets the page handle the last key of a text for so long, before the next action.
const handleKeys = async (ms) => {
  const rest = Math.max(0, ...kept().filter((k) => k.text !== undefined).map((k) => ms - (clock() - k.at)));
  if (rest) await pause(rest);
};
// Whether the page has undone the entry with the query's number, which is then forgotten.
const lost = () => {
  const undone = kept().find((k) => k.number === query.number && isLost(k));
  globalThis.valkyrieKept = kept().filter((k) => k !== undone);
  return { ok: !!undone, why: 'it is as it was entered' };
};
// For an expectation that is not met: an entry that the page has undone.
const lostNote = () => {
  const gone = [...kept(), ...globalThis.valkyriePast || []].filter(isLost).map(({ target, option, state }) => `the page has set the ${kindOf(target)} ${quote(target.value)} back${state || option !== undefined ? '' : `, or emptied it`}`);
  return gone.length ? `; ${gone[0]}` : '';
};
