// find: locates elements by their visible properties.

const clock = () => performance.timeOrigin + performance.now();
const normalize = (s) => (s || '').replace(/\s+/g, ' ').trim();
const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

// Shadow roots are part of the visible page. A script cannot access closed ones; shadow.go finds them through the
// inspector and stores them here by host.
const closedShadowRoots = globalThis.valkyrieClosedRoots ??= new WeakMap();
const shadow = (el) => el.shadowRoot || closedShadowRoots.get(el);
function* all(root) {
  for (const el of root.querySelectorAll('*')) {
    yield el;
    const inner = shadow(el);
    if (inner) yield* all(inner);
  }
}
const parentOf = (node) => node.assignedSlot || node.parentNode || node.host;
const contains = (outer, inner) => { for (let n = inner; n; n = n.parentNode || n.host) if (n === outer) return true; return false; };

// Why a person cannot see the element; '' when they can.
const hiddenReason = (el) => {
  if (!el.isConnected || !el.checkVisibility({ checkVisibilityCSS: true })) return 'it is there, but not visible';
  const r = el.getBoundingClientRect();
  if (!(r.width > 0 && r.height > 0)) return 'it is there, but not visible: it has no size';
  let opacity = 1;
  for (let n = el; n && opacity >= 0.1; n = parentOf(n)) if (n instanceof Element) opacity *= getComputedStyle(n).opacity;
  return opacity < 0.1 ? 'it is there, but not visible: it is transparent' : '';
};
const isVisible = (el) => !hiddenReason(el);

// The accessible name, roughly as in https://www.w3.org/TR/accname: the name that a screen reader would use.
const name = (el) => {
  const by = el.getAttribute('aria-labelledby');
  if (by) {
    const parts = by.split(/\s+/).map((id) => el.getRootNode().getElementById?.(id)?.innerText || '');
    if (normalize(parts.join(' '))) return normalize(parts.join(' '));
  }
  const own = el.getAttribute('aria-label');
  if (normalize(own)) return normalize(own);
  if (el.matches('input[type=submit],input[type=button],input[type=reset]')) return normalize(el.value || el.type);
  if (el.labels && el.labels.length) return normalize([...el.labels].map(labelText).join(' '));
  return normalize(el.innerText) || normalize(el.getAttribute('alt')) || imageName(el) || normalize(el.title) || normalize(el.placeholder) || (hiddenReason(el) ? normalize(el.textContent) : '');
};
const imageName = (el) => normalize([...el.querySelectorAll('img[alt],svg title')].map((p) => p.alt || p.textContent).join(' '));

// A label may enclose its field; the field's own text (a list's options) is not part of the label.
const labelText = (label) => {
  const copy = label.cloneNode(true);
  copy.querySelectorAll('input,select,textarea,button').forEach((field) => field.remove());
  return copy.textContent;
};

// Implicit roles; an explicit role attribute replaces them.
const roles = {
  button: 'button,summary,input[type=submit],input[type=button],input[type=reset],input[type=image]',
  link: 'a[href],area[href]',
  heading: 'h1,h2,h3,h4,h5,h6',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  textbox: 'textarea,input:not([type]),input[type=text],input[type=email],input[type=tel],input[type=url]',
  combobox: 'select:not([multiple])', listbox: 'select[multiple]', option: 'option',
  list: 'ul,ol', listitem: 'li', table: 'table', row: 'tr', cell: 'td', columnheader: 'th',
  img: 'img', dialog: 'dialog', navigation: 'nav', main: 'main', form: 'form', article: 'article', progressbar: 'progress', status: 'output',
};
const field = 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select,[contenteditable],[role=textbox],[role=combobox],[role=searchbox]';
const hasRole = (role) => (el) => {
  if (role === 'field') return el.matches(field);
  const given = el.getAttribute('role');
  if (given) return given === role || (role === 'checkbox' && given === 'switch');
  return role in roles && el.matches(roles[role]);
};
const withRole = (role) => [...all(document)].filter(hasRole(role));
// Only the innermost elements that contain the text match, so that the whole page is not "an element with this text".
const withText = (text) => {
  const found = [];
  const descend = (el) => {
    if (el.matches('script,style,noscript,template')) return;
    const before = found.length;
    const matches = normalize(el.innerText ?? el.textContent).includes(text);
    for (const child of el.children) if (matches || child.children.length || shadow(child)) descend(child);
    for (const child of shadow(el)?.children || []) descend(child);
    if (matches && found.length === before) found.push(el);
  };
  if (document.body) descend(document.body);
  return found;
};
const candidates = ({ by, role, value }) => {
  switch (by) {
    case 'css': return [...all(document)].filter((el) => el.matches(value));
    case 'test id': return [...all(document)].filter((el) => el.getAttribute('data-testid') === value);
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
