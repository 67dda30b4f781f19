// dom: access to the page's DOM. The controls of a form shadow its properties (<input name=children>), and named elements
// shadow those of the document (<img name=body>), in isolated worlds too. So every property of an element or a document is
// read from its prototype, which no page can change here; script_test.go checks that.

const read = (o, property) => Reflect.get(Object.getPrototypeOf(o), property, o);
const call = (o, method, ...args) => read(o, method).apply(o, args);
const matches = (el, selector) => call(el, 'matches', selector);
const attribute = (el, name) => call(el, 'getAttribute', name);
const queryAll = (root, selector) => [...call(root, 'querySelectorAll', selector)];
const childrenOf = (node) => [...read(node, 'children')];
const rect = (el) => { const r = call(el, 'getBoundingClientRect'); return r.width > 0 === r.height > 0 || !(el instanceof SVGElement) ? r : stroked(el, r); };
// The box of a straight line, such as of a drawing's arrow, is as wide as its stroke; Chrome's has no width.
const stroked = (el, r) => {
  const line = el instanceof SVGGeometryElement ? el : queryAll(el, 'line,path,polyline,polygon')[0], css = line && getComputedStyle(line);
  const half = css && css.stroke !== 'none' ? parseFloat(css.strokeWidth) / 2 * (call(line, 'getScreenCTM')?.a || 1) : 0;
  return new DOMRect(r.x - (r.width ? 0 : half), r.y - (r.height ? 0 : half), r.width || 2 * half, r.height || 2 * half);
};
const innerText = (el) => read(el, 'innerText'); // undefined for elements other than HTML's
const textContent = (node) => read(node, 'textContent');
const documentElement = () => read(document, 'documentElement');
const body = () => read(document, 'body');
const page = () => body() || documentElement(); // a document of SVG or XML has no body
const readyState = () => read(document, 'readyState');
const animations = () => call(document, 'getAnimations');

// Getters for walks over all nodes, where read would cost five times as much.
const getter = (proto, property) => { const { get } = Object.getOwnPropertyDescriptor(proto, property); return (o) => get.call(o); };
const firstChild = getter(Node.prototype, 'firstChild'), nextSibling = getter(Node.prototype, 'nextSibling'), nodeType = getter(Node.prototype, 'nodeType');
const textData = getter(CharacterData.prototype, 'data'), localName = getter(Element.prototype, 'localName'), openRoot = getter(Element.prototype, 'shadowRoot');

// Computes a value once for an evaluation: until the next await.
const once = (compute) => {
  let value;
  return () => {
    if (value === undefined) { value = compute(); queueMicrotask(() => { value = undefined; }); }
    return value;
  };
};

const clock = () => performance.timeOrigin + performance.now();
// Without what cannot be seen: soft hyphens, zero-width characters, marks of direction, and the private characters of icon
// fonts; with white space collapsed, letters composed, and hyphens that look alike as one.
const unseen = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ue000-\uf8ff]|[\u{e0000}-\u{e007f}\u{f0000}-\u{10fffd}]/gu;
const hyphens = /[\u2010\u2011]/g;
const collapse = (s) => (/[^\x20-\x7e]/.test(s ||= '') ? s.replace(unseen, '').normalize('NFC').replace(hyphens, '-') : s).replace(/\s+/g, ' ');
const normalize = (s) => collapse(s).trim();
// A part of a text, whose spaces at its ends count.
const textPart = (s) => (normalize(s) ? collapse(s) : '');
// For comparing text without regard to white space and case.
const squash = (s) => normalize(s).replaceAll(' ', '').toUpperCase();
const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

// Shadow roots are part of the visible page. A script cannot access closed ones; shadow.go finds them through the
// inspector and stores them here by host.
const closedShadowRoots = globalThis.valkyrieClosedRoots ??= new WeakMap();
const shadow = (el) => openRoot(el) || closedShadowRoots.get(el);
function* all(root) {
  for (const el of call(root, 'querySelectorAll', '*')) {
    yield el;
    const inner = shadow(el);
    if (inner) yield* all(inner);
  }
}
// The node around this one in the document tree; a shadow root is in its host.
const outerOf = (node) => read(node, 'parentNode') || (node instanceof ShadowRoot ? node.host : null);
// The node around this one in the flat tree, which is what is painted: slotted content is in its slot.
const parentOf = (node) => read(node, 'assignedSlot') || closedSlot(node) || outerOf(node);
// The slot of a node in a closed shadow root, which the node itself does not give away.
const closedSlot = (node) => {
  const host = read(node, 'parentNode'), root = host instanceof Element && closedShadowRoots.get(host);
  return root ? queryAll(root, 'slot').find((s) => call(s, 'assignedNodes').includes(node)) : undefined;
};
// Calls visit with each child in the flat tree.
const eachChild = (node, visit) => {
  const el = nodeType(node) === 1, inner = el && shadow(node), given = el && !inner && localName(node) === 'slot' ? call(node, 'assignedNodes') : [];
  if (given.length) given.forEach(visit);
  else for (let n = firstChild(inner || node), next; n; n = next) { next = nextSibling(n); visit(n); }
};
const contains = (outer, inner) => { for (let n = inner; n; n = outerOf(n)) if (n === outer) return true; return false; };

// The labels of a form field. Those of a custom element belong to the field in its shadow root, or to itself if it has none.
const labelsOf = (el) => {
  const own = [...(read(el, 'labels') || [])], host = own.length ? null : hostOf(el);
  return host ? customLabels().get(host) || [] : own;
};
const isCustom = (el) => localName(el).includes('-');
const inputs = 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select,[contenteditable]:not([contenteditable=false])';
const drawnInputs = ['checkbox', 'switch', 'radio', 'textbox', 'searchbox', 'spinbutton', 'slider', 'combobox', 'listbox'].map((role) => `[role=${role}]`).join(',');
// The field for which a custom element stands: the first one in its shadow root.
const delegateOf = (host) => { if (shadow(host)) for (const el of all(shadow(host))) if (matches(el, inputs) || matches(el, drawnInputs)) return el; return undefined; };
// The control of a label, and the field of a custom element; otherwise the element itself.
const controlOf = (el) => {
  const control = localName(el) === 'label' && el.control || el;
  return isCustom(control) && delegateOf(control) || control;
};
// The custom element for which an element is the field; undefined for none.
const hostOf = (el) => {
  let host = isCustom(el) && !delegateOf(el) ? el : undefined;
  for (let root = call(el, 'getRootNode'); root instanceof ShadowRoot && isCustom(root.host) && delegateOf(root.host) === el; root = call(root.host, 'getRootNode')) host = root.host;
  return host;
};
// The labels of the custom elements. One that takes no part in forms is no control of its label, but a person does not see that.
const customLabels = once(() => {
  const found = new Map();
  for (const label of all(document)) {
    if (localName(label) !== 'label') continue;
    const root = call(label, 'getRootNode'), el = label.control || (label.htmlFor ? 'getElementById' in root && call(root, 'getElementById', label.htmlFor) : [...all(label)].find(isCustom));
    if (el && isCustom(el)) found.set(el, [...found.get(el) || [], label]);
  }
  return found;
});
