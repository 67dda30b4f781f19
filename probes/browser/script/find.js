// Finding elements by what a person sees of them.

const clock = () => performance.timeOrigin + performance.now();
const squeeze = (s) => (s || '').replace(/\s+/g, ' ').trim();
const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

// Every element of the document and of its open shadow roots.
function* all(root) {
  for (const el of root.querySelectorAll('*')) {
    yield el;
    if (el.shadowRoot) yield* all(el.shadowRoot);
  }
}

const seen = (el) => {
  const r = el.getBoundingClientRect();
  return r.width > 0 && r.height > 0 && el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
};

// What a person, or a screen reader, would call the element.
const name = (el) => {
  const by = el.getAttribute('aria-labelledby');
  if (by) {
    const parts = by.split(/\s+/).map((id) => el.getRootNode().getElementById(id)?.innerText || '');
    if (squeeze(parts.join(' '))) return squeeze(parts.join(' '));
  }
  const own = el.getAttribute('aria-label');
  if (squeeze(own)) return squeeze(own);
  if (el.matches('input[type=submit],input[type=button],input[type=reset]')) return squeeze(el.value || el.type);
  if (el.labels && el.labels.length) return squeeze([...el.labels].map(labelText).join(' '));
  return squeeze(el.innerText) || squeeze(el.getAttribute('alt')) || squeeze(el.title) || squeeze(el.placeholder);
};

// A label may enclose its field; the field's own text (a list's options) is no part of the label.
const labelText = (label) => {
  const copy = label.cloneNode(true);
  copy.querySelectorAll('input,select,textarea,button').forEach((field) => field.remove());
  return copy.textContent;
};

const roles = {
  button: 'button,[role=button],summary,input[type=submit],input[type=button],input[type=reset],input[type=image]',
  link: 'a[href],[role=link]',
  heading: 'h1,h2,h3,h4,h5,h6,[role=heading]',
  field: 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select,[contenteditable]',
};
const css = (sel) => [...all(document)].filter((el) => el.matches(sel));
// Text is that of the innermost elements that hold it, so that the whole page is not "an element with this text".
const withText = (text) => {
  const found = [];
  const descend = (el) => {
    if (el.matches('script,style,noscript,template')) return;
    const before = found.length;
    const holdsIt = squeeze(el.innerText ?? el.textContent).includes(text);
    for (const child of el.children) if (holdsIt || child.children.length || child.shadowRoot) descend(child);
    for (const child of el.shadowRoot?.children || []) descend(child);
    if (holdsIt && found.length === before) found.push(el);
  };
  if (document.body) descend(document.body);
  return found;
};
const find = ({ by, value, or }) => {
  if (or) return [...new Set([...find({ by, value }), ...find(or)])];
  switch (by) {
    case 'css': return css(value);
    case 'test id': return [...all(document)].filter((el) => el.getAttribute('data-testid') === value);
    case 'text': return withText(value);
    default: return css(roles[by]).filter((el) => name(el) === value);
  }
};
const describe = (el) => el.tagName.toLowerCase() + (el.id ? '#' + el.id : el.classList.length ? '.' + el.classList[0] : '');

// Why nothing was found, with what a person would look at next.
const missing = (target) => {
  const near = roles[target.by] ? nearest(target) : [];
  const says = [...all(document)].filter((el) => el.matches('h1,h2,[role=status],[role=alert]') && seen(el)).map((el) => squeeze(el.innerText)).filter(Boolean);
  if (near.length) return `there is none; the nearest are ${near.map(quote).join(', ')}`;
  if (says.length) return `there is none; the page says ${says.slice(0, 2).map(quote).join(', ')}`;
  return squeeze(document.body?.innerText) ? 'there is none' : 'there is none; the page is blank';
};
const nearest = ({ by, value }) => {
  const others = [...new Set(css(roles[by]).filter(seen).map(name).filter(Boolean))];
  const like = others.map((o) => [distance(o.toLowerCase(), value.toLowerCase()), o]).filter((o) => o[0] <= 0.6);
  return like.sort((a, b) => a[0] - b[0]).slice(0, 3).map((o) => o[1]);
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
