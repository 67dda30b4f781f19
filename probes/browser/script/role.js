// role: ARIA roles, explicit and implicit (https://www.w3.org/TR/html-aria/).

// Implicit roles by selector. A form, a section, a header and a footer count wherever they are, since a customer cannot see
// whether one is a landmark.
const roles = {
  button: 'button,summary,input[type=submit],input[type=button],input[type=reset],input[type=image]',
  link: 'a[href],a[*|href],area[href]',
  heading: 'h1,h2,h3,h4,h5,h6',
  checkbox: 'input[type=checkbox]:not([switch])', switch: 'input[type=checkbox][switch]',
  radio: 'input[type=radio]', slider: 'input[type=range]', spinbutton: 'input[type=number]', searchbox: 'input[type=search]:not([list])',
  combobox: 'select:not([multiple],[size]),select[size="0"],select[size="1"]:not([multiple]),input[list]:not([type]),input[list]:is([type=text],[type=search],[type=tel],[type=url],[type=email])',
  listbox: 'select[multiple],select[size]:not([size="0"],[size="1"]),datalist', option: 'option',
  list: 'ul,ol,menu', listitem: 'li', term: 'dt,dfn', definition: 'dd',
  table: 'table', row: 'tr', rowgroup: 'tbody,thead,tfoot', caption: 'caption', cell: 'td', gridcell: '[role=grid] td,[role=treegrid] td',
  img: 'img:not([alt=""]),svg', figure: 'figure', dialog: 'dialog', separator: 'hr', group: 'fieldset,details,optgroup,hgroup', paragraph: 'p',
  navigation: 'nav', main: 'main', form: 'form', article: 'article', region: 'section', complementary: 'aside', banner: 'header', contentinfo: 'footer', search: 'search',
  progressbar: 'progress', meter: 'meter', status: 'output', document: 'html', blockquote: 'blockquote', code: 'code', time: 'time', math: 'math',
  emphasis: 'em', strong: 'strong', deletion: 'del,s', insertion: 'ins', subscript: 'sub', superscript: 'sup',
};
// A text field has no type, an unknown one, or one of these; the browsers treat that of a password as one too.
const textbox = (el) => matches(el, 'textarea') || matches(el, 'input:not([list])') && ['text', 'email', 'tel', 'url', 'password'].includes(el.type);
// A header cell heads its row if its scope says so, or if a cell follows it there and none precedes it.
const headsRow = (el) => {
  const scope = attribute(el, 'scope');
  if (scope) return /^row/.test(scope);
  const cells = read(el, 'parentNode') instanceof HTMLTableRowElement ? childrenOf(read(el, 'parentNode')) : [];
  return cells[0] === el && cells.some((c) => matches(c, 'td'));
};
const sameRole = { image: 'img', presentation: 'none', directory: 'list', doc: 'document' };
const knownRoles = new Set([...Object.keys(roles), ...`textbox columnheader rowheader none alert alertdialog application feed grid log marquee menu menubar menuitem menuitemcheckbox menuitemradio
  note radiogroup scrollbar tab tablist tabpanel timer toolbar tooltip tree treegrid treeitem generic comment mark suggestion mention`.split(/\s+/)]);
// The roles and names that custom elements have given themselves through ElementInternals, as shadow.go has found them.
const internalRoles = globalThis.valkyrieRoles ??= new WeakMap();
// The first role of the attribute that is known; '' if there is none. One that takes the meaning from what can have the focus
// does not count.
const explicitRole = (el) => {
  const given = attribute(el, 'role');
  if (!given) return internalRoles.get(el)?.role || '';
  const role = given.toLowerCase().split(/\s+/).map((r) => sameRole[r] || r).find((r) => knownRoles.has(r) || /^(doc|graphics)-/.test(r)) || '';
  return role === 'none' && (read(el, 'tabIndex') >= 0 || attribute(el, 'aria-label') || attribute(el, 'aria-labelledby')) ? '' : role;
};
const implicitly = (el, role) => {
  if (role === 'textbox') return textbox(el) || isEditingHost(el);
  if (role === 'columnheader' || role === 'rowheader') return matches(el, 'th') && headsRow(el) === (role === 'rowheader');
  return role in roles && matches(el, roles[role]);
};
const isEditingHost = (el) => matches(el, '[contenteditable]') && read(el, 'isContentEditable') && !read(outerOf(el), 'isContentEditable') || localName(el) === 'body' && read(document, 'designMode') === 'on';
const roleOf = (el) => explicitRole(el) || [...knownRoles].find((role) => implicitly(el, role)) || '';

const field = 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select';
const fieldRoles = ['textbox', 'combobox', 'searchbox', 'spinbutton', 'slider'];
const isField = (el) => matches(el, field) || fieldRoles.includes(explicitRole(el)) || isEditingHost(el) || isCustomField(el);
// A custom element that has a label and no field in it: its role is known to Chrome alone.
const isCustomField = (el) => isCustom(el) && labelsOf(el).length > 0;
const hasRole = (role) => {
  if (role === 'field') return isField;
  if (role === 'frame') return isFrame;
  const wanted = sameRole[role] || role;
  return (el) => {
    const given = explicitRole(el);
    if (given) return given === wanted || (wanted === 'checkbox' && given === 'switch');
    return implicitly(el, wanted) || (wanted === 'checkbox' && (implicitly(el, 'switch') || isCustomField(el)));
  };
};
const isFrame = (el) => matches(el, 'iframe,frame,object,embed');
const withRole = (role) => [...all(document)].filter(hasRole(role));
