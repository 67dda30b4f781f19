// choose: options, checkboxes and files: what is offered, picking it, and whether the page keeps it.

const isBox = (el) => isInput(el) && /^(checkbox|radio)$/.test(el.type);
// True, false, 'mixed', or undefined for an element without such a state.
const checkedState = (el) => {
  if (controlOf(el) !== el) return checkedState(controlOf(el));
  if (isBox(el)) return el.indeterminate ? 'mixed' : el.checked;
  for (const a of ['aria-checked', 'aria-pressed', 'aria-selected']) {
    const is = attribute(el, a);
    if (is !== null) return is === 'mixed' ? 'mixed' : is === 'true';
  }
  if (isCustomField(el)) return matches(el, ':state(checked),[checked]');
  return /^(checkbox|switch|radio|menuitemcheckbox|menuitemradio)$/.test(attribute(el, 'role')) ? false : undefined;
};
// A box that a click has changed. It may answer late; one that is gone has done what it was for.
const checked = async () => {
  if (find(query.target).some((e) => read(e, 'form'))) { await frame(); await frame(); } // a form is sent in a later task
  const el = boxOf(query.target);
  if (!el) return readyState() === 'complete' ? { ok: true, text: query.option } : { why: 'the page is still loading' };
  const state = checkedState(el);
  if (String(state) === query.option) {
    dropLost();
    if (query.text !== query.option) keep({ el, state: query.option, was: query.text });
    return { ok: true, el, text: query.option };
  }
  if (query.text === 'mixed' && state !== 'mixed') return { ok: true, el, text: String(state) }; // the click has decided it the other way
  return { found: true, why: `it was clicked, and stays as it was${saidNote()}` };
};

// The box that a person sees, itself or by its label; of several, one that takes input.
const boxOf = (target) => {
  const shown = find(target).filter((e) => isVisible(e) || labelsOf(e).some(isVisible));
  return shown.find((e) => !isInert(e)) || shown[0];
};
const lostState = ({ target, state, was }) => {
  const el = boxOf(target), now = el ? String(checkedState(el)) : state;
  return now !== state && now === was;
};

// What kind of list the element is: a native one, one drawn by the page (open or closed), a text field with suggestions, a
// group of radio buttons; '' for none.
const listKind = (el) => {
  const role = attribute(el, 'role');
  if (read(el, 'localName') === 'select') return 'select';
  if (isInput(el) && el.list) return 'suggestions';
  if (role === 'radiogroup' || read(el, 'localName') === 'fieldset') return 'radios';
  if (role === 'listbox') return 'open';
  if (role !== 'combobox' && attribute(el, 'aria-haspopup') !== 'listbox') return '';
  return attribute(el, 'aria-expanded') === 'true' ? 'open' : 'closed';
};
// Why an element is no list to choose from, and how a person would do it there.
const noList = (el) => {
  const option = goString(normalize(query.option));
  return isTextField(el) ? `it is a text field, not a list of options; use Fill with a part of the text, and Click on the suggestion: browser.Role("option", ${option}) or browser.Text(${option})`
    : `it is no list of options but a ${label(el)}; use Click on it, and then on the choice, such as browser.Text(${option})`;
};
// The list that a page draws in place of a native one which it hides: beside it, or around it, and it shows the same choice or opens
// something.
const drawnFor = (select) => {
  const opens = '[role=combobox],[aria-haspopup]', shown = normalize(chosenText(select)), near = [];
  const partOf = (n) => (matches(n, opens) ? n : queryAll(n, opens).find(isVisible) || shown && shownText(n) === shown && n);
  for (const way of ['nextElementSibling', 'previousElementSibling']) for (let n = read(select, way), i = 0; n && i < 2; n = read(n, way), i++) near.push(n);
  for (let n = parentOf(select), i = 0; n instanceof Element && n !== body() && !matches(n, 'form,fieldset,main') && i < 2; n = parentOf(n), i++) near.push(n);
  return near.filter((n) => !matches(n, 'label') && isVisible(n)).map(partOf).find((n) => n && !contains(n, select) || n && matches(n, opens));
};
// The one list that the target means; handle is a drawn one in its place.
const uniqueList = (target) => {
  const r = unique(target), drawn = r.el ? [] : find(target).map(controlOf).filter((el) => localName(el) === 'select' && drawnFor(el));
  return drawn.length === 1 ? { el: drawn[0], handle: drawnFor(drawn[0]) } : r;
};
// Whether the opened list has a field to search in, which has the focus; its content is selected.
const searchable = () => {
  const el = activeElement();
  if (!el || !isTextField(el) || isReadOnly(el)) return { why: 'it has no field to search in' };
  el.select();
  return { ok: true, mayHide: snapshot() };
};
const optionName = (o) => normalize(o.label);
const isOffered = (o) => getComputedStyle(o).display !== 'none';
const optionOf = (el, name) => [...el.options].filter(isOffered).find((o) => optionName(o) === normalize(name));
const optionOff = (o) => o.disabled || read(o, 'parentNode').disabled;
const offered = (el) => [...el.options].filter(isOffered).slice(0, 5).map((o) => quote(optionName(o))).join(', ') || 'none';
// Opens the list as far as the page can notice: the browser's own drop-down stays shut.
const openList = (el) => {
  if (globalThis.valkyrieOpened === el) return;
  globalThis.valkyrieOpened = el;
  call(el, 'focus', { preventScroll: true });
  for (const e of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) call(el, 'dispatchEvent', new (e.startsWith('p') ? PointerEvent : MouseEvent)(e, { bubbles: true, composed: true, cancelable: true, view: window }));
};
const pick = async () => {
  const { el: found, why } = unique(query.target), el = found && controlOf(found), option = el && optionOf(el, query.option);
  if (!option) return { why: why || 'the option is gone' };
  call(el, 'focus', { preventScroll: true });
  const acted = clock(), mayHide = snapshot(), was = selectedIn(el);
  if (!option.selected) { // choosing what is chosen changes nothing
    option.selected = true;
    fire(el, 'input', 'change');
  }
  await settle();
  const again = read(el, 'isConnected') ? el : unique(query.target).el, now = again && controlOf(again);
  const held = !now || hiddenReason(now) || listKind(now) !== 'select' || [...now.selectedOptions].some((o) => optionName(o) === normalize(query.option));
  dropLost();
  if (held && now) keep({ el: now, option: query.option, was });
  return held ? { ok: true, acted, mayHide } : { fatal: true, why: `it went back to ${[...now.selectedOptions].map((o) => quote(optionName(o))).join(', ') || 'nothing'}${saidNote()}` };
};
// Whether a list that the page draws shows the choice: in it, or beside it. A native list behind it holds the choice too.
const chosen = () => {
  const found = find(query.target), seen = found.find(isVisible), native = seen ? undefined : found.map(controlOf).find((el) => localName(el) === 'select');
  const el = seen || native && drawnFor(native), wanted = normalize(query.option);
  if (!el) return { ok: true };
  if (!showsChoice(el, wanted)) return { found: true, why: `it shows ${quote(shownIn(el))}` };
  if (native && optionOf(native, wanted) && !optionOf(native, wanted).selected) return { found: true, why: `it shows ${quote(shownIn(el))}, but the list behind it holds ${quote(chosenText(native))}` };
  dropLost();
  if (globalThis.valkyrieShown !== undefined) keep({ el, option: query.option, was: valkyrieShown });
  return { ok: true, el };
};
const shownIn = (el) => normalize(isTextField(el) ? el.value : innerText(el));
const showsChoice = (el, wanted) => {
  const marked = withRole('option').filter((o) => name(o) === wanted && isVisible(o));
  if (marked.some((o) => attribute(o, 'aria-selected') === 'true' || attribute(o, 'aria-checked') === 'true')) return true;
  let shown = isTextField(el) ? el.value : '';
  const leaveOut = (n) => n !== el && matches(n, '[role=listbox],[role=option],[role=tree],[role=menu],[role=grid]');
  for (let n = el, up = 0; n instanceof Element && up < 4; n = parentOf(n), up++) shown += ' ' + displayed(n, { leaveOut });
  return normalize(shown).includes(wanted);
};
const selectedIn = (el) => [...el.selectedOptions].map(optionName).join('\n');
// Whether a list has gone back to what was chosen before, though it still offers the choice.
const lostChoice = ({ el, target, option, was }) => {
  const now = read(el, 'isConnected') ? el : find(target).find(isVisible);
  if (!now || !isVisible(now)) return false;
  if (listKind(now) !== 'select') return listKind(now) !== '' && shownIn(now) === was && !showsChoice(now, normalize(option));
  const offer = optionOf(now, option), is = selectedIn(now);
  return !!offer && !optionOff(offer) && is === was && !is.split('\n').includes(normalize(option));
};

const isFile = (el) => isInput(el) && el.type === 'file';
// Stores the file field, in the document or not, and notes when it gets a file.
const keepFileInput = (el) => {
  const file = globalThis.valkyrieFile = { el, at: 0 };
  for (const e of ['input', 'change']) el.addEventListener(e, () => { file.at ||= clock(); }, { capture: true, once: true });
  return { ok: true };
};
// Whether the chooser of this field offers the file. A type that is unknown here is not refused.
const fileRefusal = ({ option: file, text: type }) => {
  const accept = (globalThis.valkyrieFile.el.accept || '').split(',').map((a) => a.trim().toLowerCase()).filter(Boolean);
  const takes = (a) => (a.startsWith('.') ? file.toLowerCase().endsWith(a) : !type || a === '*/*' || a === type || a.endsWith('/*') && type.startsWith(a.slice(0, -1)));
  globalThis.valkyrieFile.said = errorMessages();
  return !accept.length || accept.some(takes) ? { ok: true, mayHide: snapshot() } : { fatal: true, why: `it takes only ${accept.join(', ')}` };
};
// A field holds its file, or the page has taken it at once. A page that refuses one empties the field as well, but says why.
const uploaded = async () => {
  await settle();
  const file = globalThis.valkyrieFile;
  if (!file) return { ok: true }; // another document: the page was left with the file
  dropLost();
  if ([...file.el.files].some((f) => f.name === query.option)) return { ok: true, acted: file.at };
  const refused = errorMessages().filter((s) => !file.said?.includes(s));
  return file.at && !refused.length ? { ok: true, acted: file.at } : { why: `it does not hold the file${refused.length ? `; ${says(refused)}` : ''}` };
};
