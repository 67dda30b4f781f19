// printcopy: a frame's document as it is when it prints itself, as text.

// The copy lives in an inert document, so that nothing in it loads or runs, and the page notices nothing.
const inert = document.implementation.createHTMLDocument('');
const copyState = (from, to) => {
  const was = [...from.querySelectorAll('*')], is = [...to.querySelectorAll('*')];
  was.forEach((el, i) => {
    const copy = is[i], root = el.shadowRoot || globalThis.valkyrieClosedRoots?.get(el);
    if (el.matches('input[type=checkbox],input[type=radio]')) copy.toggleAttribute('checked', el.checked);
    else if (el.matches('input:not([type=password],[type=file])')) copy.setAttribute('value', el.value);
    else if (el.matches('textarea')) copy.textContent = el.value;
    else if (el.matches('option')) copy.toggleAttribute('selected', el.selected);
    else if (el.matches('style') && el.sheet) copy.textContent = rules(el.sheet);
    else if (el.matches('canvas')) copyCanvas(el, copy);
    if (root) copyShadowRoot(root, copy);
  });
};
const rules = (sheet) => { try { return [...sheet.cssRules].map((r) => r.cssText).join('\n'); } catch { return ''; } };
const copyCanvas = (canvas, copy) => {
  try {
    const img = inert.createElement('img');
    for (const a of canvas.attributes) img.setAttribute(a.name, a.value);
    img.src = canvas.toDataURL();
    copy.replaceWith(img);
  } catch { /* it contains another site's picture, which may not be read */ }
};
const copyShadowRoot = (root, host) => {
  const template = inert.createElement('template');
  template.setAttribute('shadowrootmode', 'open');
  for (const n of root.childNodes) template.content.append(inert.importNode(n, true));
  copyState(root, template.content);
  copyAdopted(root, template.content);
  host.prepend(template);
};
const copyAdopted = (root, to) => { for (const sheet of root.adoptedStyleSheets || []) to.append(Object.assign(inert.createElement('style'), { textContent: rules(sheet) })); };

const printCopy = () => {
  const copy = inert.importNode(document.documentElement, true);
  copyState(document.documentElement, copy);
  copyAdopted(document, copy);
  copy.querySelectorAll('script,noscript,meta[http-equiv]').forEach((el) => el.remove());
  return { url: location.protocol.startsWith('http') ? location.href : document.baseURI, html: (document.doctype ? '<!doctype html>' : '') + copy.outerHTML };
};
