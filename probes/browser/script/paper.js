// What a frame sends to the printer: its document as it is when its own preparations are done, as text.

// It is copied into a document that is inert, so that nothing of it loads, runs, or is noticed by the page.
const inert = document.implementation.createHTMLDocument('');
const asPrinted = (from, to) => {
  const was = [...from.querySelectorAll('*')], is = [...to.querySelectorAll('*')];
  was.forEach((el, i) => {
    const copy = is[i], root = el.shadowRoot || globalThis.valkyrieClosed?.get(el);
    if (el.matches('input[type=checkbox],input[type=radio]')) copy.toggleAttribute('checked', el.checked);
    else if (el.matches('input:not([type=password],[type=file])')) copy.setAttribute('value', el.value);
    else if (el.matches('textarea')) copy.textContent = el.value;
    else if (el.matches('option')) copy.toggleAttribute('selected', el.selected);
    else if (el.matches('style') && el.sheet) copy.textContent = rules(el.sheet);
    else if (el.matches('canvas')) drawn(el, copy);
    if (root) inside(root, copy);
  });
};
const rules = (sheet) => { try { return [...sheet.cssRules].map((r) => r.cssText).join('\n'); } catch { return ''; } };
const drawn = (canvas, copy) => {
  try {
    const img = inert.createElement('img');
    for (const a of canvas.attributes) img.setAttribute(a.name, a.value);
    img.src = canvas.toDataURL();
    copy.replaceWith(img);
  } catch { /* it holds another site's picture, which may not be read */ }
};
const inside = (root, host) => {
  const template = inert.createElement('template');
  template.setAttribute('shadowrootmode', 'open');
  for (const n of root.childNodes) template.content.append(inert.importNode(n, true));
  asPrinted(root, template.content);
  adopt(root, template.content);
  host.prepend(template);
};
const adopt = (root, to) => { for (const sheet of root.adoptedStyleSheets || []) to.append(Object.assign(inert.createElement('style'), { textContent: rules(sheet) })); };

const paper = () => {
  const copy = inert.importNode(document.documentElement, true);
  asPrinted(document.documentElement, copy);
  adopt(document, copy);
  copy.querySelectorAll('script,noscript,meta[http-equiv]').forEach((el) => el.remove());
  return { url: location.protocol.startsWith('http') ? location.href : document.baseURI, html: (document.doctype ? '<!doctype html>' : '') + copy.outerHTML };
};
