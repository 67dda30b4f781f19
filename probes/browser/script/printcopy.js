// printcopy: a document as it is when it is printed, as text.

// The copy lives in an inert document, so that nothing in it loads or runs, and the page notices nothing.
const inert = read(document, 'implementation').createHTMLDocument('');
const copyState = (from, to) => {
  const was = queryAll(from, '*'), is = queryAll(to, '*');
  was.forEach((el, i) => {
    const copy = is[i], root = shadow(el);
    if (matches(el, 'input[type=checkbox],input[type=radio]')) copy.toggleAttribute('checked', el.checked);
    else if (matches(el, 'input:not([type=password],[type=file])')) copy.setAttribute('value', el.value);
    else if (matches(el, 'textarea')) copy.textContent = el.value;
    else if (matches(el, 'option')) copy.toggleAttribute('selected', el.selected);
    else if (matches(el, 'style') && el.sheet) copy.textContent = rules(el.sheet);
    else if (matches(el, 'canvas')) copyCanvas(el, copy);
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

const printCopy = (doc) => {
  const root = read(doc, 'documentElement'), copy = inert.importNode(root, true);
  copyState(root, copy);
  copyAdopted(doc, copy);
  copy.querySelectorAll('script,noscript,meta[http-equiv]').forEach((el) => el.remove());
  const address = read(doc, 'URL');
  return { url: address.startsWith('http') ? address : read(doc, 'baseURI'), html: (read(doc, 'doctype') ? '<!doctype html>' : '') + copy.outerHTML };
};
