// Finding elements by what a person sees of them.

const clock = () => performance.timeOrigin + performance.now();
const squeeze = (s) => (s || '').replace(/\s+/g, ' ').trim();
const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

// Shadow roots are part of what a person sees. No script can look into closed ones by itself; those that were found for it
// are known by their hosts (see closed.go).
const closed = globalThis.valkyrieClosed ??= new WeakMap();
const shadow = (el) => el.shadowRoot || closed.get(el);
function* all(root) {
  for (const el of root.querySelectorAll('*')) {
    yield el;
    const inner = shadow(el);
    if (inner) yield* all(inner);
  }
}
const up = (node) => node.assignedSlot || node.parentNode || node.host;
const holds = (outer, inner) => { for (let n = inner; n; n = n.parentNode || n.host) if (n === outer) return true; return false; };

// Why a person cannot see the element; nothing when they can.
const unseen = (el) => {
  if (!el.isConnected || !el.checkVisibility({ checkVisibilityCSS: true })) return 'it is there, but not visible';
  const r = el.getBoundingClientRect();
  if (!(r.width > 0 && r.height > 0)) return 'it is there, but not visible: it has no size';
  let opacity = 1;
  for (let n = el; n && opacity >= 0.1; n = up(n)) if (n instanceof Element) opacity *= getComputedStyle(n).opacity;
  return opacity < 0.1 ? 'it is there, but not visible: it is transparent' : '';
};
const seen = (el) => !unseen(el);

// What a person, or a screen reader, would call the element.
const name = (el) => {
  const by = el.getAttribute('aria-labelledby');
  if (by) {
    const parts = by.split(/\s+/).map((id) => el.getRootNode().getElementById?.(id)?.innerText || '');
    if (squeeze(parts.join(' '))) return squeeze(parts.join(' '));
  }
  const own = el.getAttribute('aria-label');
  if (squeeze(own)) return squeeze(own);
  if (el.matches('input[type=submit],input[type=button],input[type=reset]')) return squeeze(el.value || el.type);
  if (el.labels && el.labels.length) return squeeze([...el.labels].map(labelText).join(' '));
  return squeeze(el.innerText) || squeeze(el.getAttribute('alt')) || pictured(el) || squeeze(el.title) || squeeze(el.placeholder) || (unseen(el) ? squeeze(el.textContent) : '');
};
const pictured = (el) => squeeze([...el.querySelectorAll('img[alt],svg title')].map((p) => p.alt || p.textContent).join(' '));

// A label may enclose its field; the field's own text (a list's options) is no part of the label.
const labelText = (label) => {
  const copy = label.cloneNode(true);
  copy.querySelectorAll('input,select,textarea,button').forEach((field) => field.remove());
  return copy.textContent;
};

// What has a role by itself; a role that the page gives by hand replaces it.
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
const plays = (role) => (el) => {
  if (role === 'field') return el.matches(field);
  const given = el.getAttribute('role');
  if (given) return given === role || (role === 'checkbox' && given === 'switch');
  return role in roles && el.matches(roles[role]);
};
const playing = (role) => [...all(document)].filter(plays(role));
// Text is that of the innermost elements that hold it, so that the whole page is not "an element with this text".
const withText = (text) => {
  const found = [];
  const descend = (el) => {
    if (el.matches('script,style,noscript,template')) return;
    const before = found.length;
    const holdsIt = squeeze(el.innerText ?? el.textContent).includes(text);
    for (const child of el.children) if (holdsIt || child.children.length || shadow(child)) descend(child);
    for (const child of shadow(el)?.children || []) descend(child);
    if (holdsIt && found.length === before) found.push(el);
  };
  if (document.body) descend(document.body);
  return found;
};
const among = ({ by, role, value }) => {
  switch (by) {
    case 'css': return [...all(document)].filter((el) => el.matches(value));
    case 'test id': return [...all(document)].filter((el) => el.getAttribute('data-testid') === value);
    case 'text': return withText(value);
    default: return playing(role || by).filter((el) => !value || name(el) === value);
  }
};
const find = (target) => {
  let found = among(target);
  if (target.within) {
    const outer = find(target.within).filter(seen);
    found = found.filter((el) => outer.some((o) => o !== el && holds(o, el)));
  }
  if (target.nth) found = found.filter(seen).slice(target.nth - 1, target.nth);
  return target.or ? [...new Set([...found, ...find(target.or)])] : found;
};
