// name: accessible names and roles.

// The accessible name, roughly as in https://www.w3.org/TR/accname: the name that a screen reader would use.
const name = (el) => {
  const by = attribute(el, 'aria-labelledby');
  if (by) {
    const parts = by.split(/\s+/).map((id) => textOfID(el, id));
    if (normalize(parts.join(' '))) return normalize(parts.join(' '));
  }
  const own = attribute(el, 'aria-label');
  if (normalize(own)) return normalize(own);
  if (matches(el, 'input[type=submit],input[type=button],input[type=reset]')) return normalize(el.value || el.type);
  if (labelsOf(el).length) return normalize(labelsOf(el).map(labelText).join(' '));
  return normalize(innerText(el)) || normalize(attribute(el, 'alt')) || imageName(el) || normalize(attribute(el, 'title')) || normalize(attribute(el, 'placeholder')) || (hiddenReason(el) ? normalize(textContent(el)) : '');
};
const textOfID = (el, id) => {
  const root = call(el, 'getRootNode'), named = 'getElementById' in root && call(root, 'getElementById', id);
  return named ? innerText(named) : '';
};
const imageName = (el) => normalize(queryAll(el, 'img[alt],svg title').map((p) => p.alt || textContent(p)).join(' '));

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
  if (role === 'field') return matches(el, field);
  const given = attribute(el, 'role');
  if (given) return given === role || (role === 'checkbox' && given === 'switch');
  return role in roles && matches(el, roles[role]);
};
const withRole = (role) => [...all(document)].filter(hasRole(role));
