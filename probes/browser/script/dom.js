// dom: access to the page's DOM. The controls of a form shadow its properties (<input name=children>), and named elements
// shadow those of the document (<img name=body>), in isolated worlds too. So every property of an element or a document is
// read from its prototype, which no page can change here; script_test.go checks that.

const read = (o, property) => Reflect.get(Object.getPrototypeOf(o), property, o);
const call = (o, method, ...args) => read(o, method).apply(o, args);
const matches = (el, selector) => call(el, 'matches', selector);
const attribute = (el, name) => call(el, 'getAttribute', name);
const queryAll = (root, selector) => [...call(root, 'querySelectorAll', selector)];
const childrenOf = (node) => [...read(node, 'children')];
const rect = (el) => call(el, 'getBoundingClientRect');
const innerText = (el) => read(el, 'innerText'); // undefined for elements other than HTML's
const textContent = (node) => read(node, 'textContent');
const documentElement = () => read(document, 'documentElement');
const body = () => read(document, 'body');
const readyState = () => read(document, 'readyState');
const labelsOf = (el) => [...(read(el, 'labels') || [])]; // of a form field
const animations = () => call(document, 'getAnimations');

const clock = () => performance.timeOrigin + performance.now();
const normalize = (s) => (s || '').replace(/\s+/g, ' ').trim();
const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

// Shadow roots are part of the visible page. A script cannot access closed ones; shadow.go finds them through the
// inspector and stores them here by host.
const closedShadowRoots = globalThis.valkyrieClosedRoots ??= new WeakMap();
const shadow = (el) => read(el, 'shadowRoot') || closedShadowRoots.get(el);
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
const parentOf = (node) => read(node, 'assignedSlot') || outerOf(node);
const contains = (outer, inner) => { for (let n = inner; n; n = outerOf(n)) if (n === outer) return true; return false; };
