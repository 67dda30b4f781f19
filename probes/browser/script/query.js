// query: the queries of a tab. Each evaluates once and returns {ok, why, ...}; with soon, it is worth evaluating again at
// the next frame. A query does not change the page before it has succeeded; then its act runs, or an action follows.

// A running animation may show the element at any frame.
const changing = (el) => { for (let n = el; n instanceof Element; n = parentOf(n)) if (call(n, 'getAnimations').some((a) => a.playState === 'running')) return true; return false; };

// Focuses the element and selects its content, so that typing replaces it; returns that content.
const focus = (el) => {
  call(el, 'focus');
  if (el.select) el.select(); else getSelection().selectAllChildren(el);
  return 'value' in el ? el.value : innerText(el);
};

const queries = {
  loaded: () => ({ ok: readyState() !== 'loading', why: 'the page is still loading' }),
  visible: () => {
    const found = find(query.target), els = found.filter(isVisible);
    if (els.length) return { ok: true, els };
    return { found: !!found.length, why: found.length ? hiddenReason(found[0]) : missingReason(query.target), soon: found.some(changing) };
  },
  fresh: () => {
    const found = find(query.target).filter(isVisible);
    const before = globalThis.valkyrieSnapshot;
    if (!found.length && before) before.gone[JSON.stringify(query.target)] = true;
    if (!found.length) return queries.visible();
    const els = found.filter(isNew);
    return els.length ? { ok: true, els } : { found: true, why: 'it is there, but it was there before; nothing new has come' };
  },
  gone: () => (find(query.target).some(isVisible) ? { why: 'it is still there' } : { ok: true }),
  text: () => {
    const { el, why } = unique(query.target);
    return el ? { ok: true, el, text: normalize('value' in el && matches(el, field) ? el.value : innerText(el)) } : { why };
  },
  click: async () => {
    const r = await actionable(query.target);
    return r.ok ? { ...r, mayHide: installGuard(r) } : r;
  },
  hover: () => actionable(query.target),
  fill: async () => {
    const r = await actionable(query.target);
    if (r.ok && (r.el.readOnly || attribute(r.el, 'aria-readonly') === 'true')) return { why: 'it is read-only' };
    // A frame may be covered itself; and with frames it is unknown here which of them the target is in.
    return self === top && !frames.length ? { ...r, act: () => focus(r.el) } : r;
  },
  focus: () => {
    const { el, why } = unique(query.target);
    return el ? { ok: true, text: focus(el) } : { why };
  },
  check: async () => {
    const state = (el) => String('checked' in el ? el.checked : attribute(el, 'aria-checked') === 'true');
    const r = await actionable(query.target, uniqueOrLabel);
    if (!r.ok) return r;
    return { ...r, mayHide: state(r.el) !== query.option && installGuard(r), text: state(r.el) };
  },
  choose: async () => {
    const r = await actionable(query.target);
    if (!r.ok) return r;
    if (!r.el.options) return { why: `it is no list of options but a ${label(r.el)}; click on it instead` };
    const options = [...r.el.options], option = options.find((o) => normalize(o.label) === query.option);
    if (!option) return { why: `it has no such option; it offers ${options.slice(0, 5).map((o) => quote(normalize(o.label))).join(', ') || 'none'}` };
    if (option.disabled || outerOf(option).disabled) return { why: 'that option is disabled' };
    return r;
  },
  pick: () => {
    const { el, why } = unique(query.target);
    if (!el) return { why };
    for (const o of el.options) { if (normalize(o.label) === query.option) { o.selected = true; break; } }
    call(el, 'dispatchEvent', new Event('input', { bubbles: true, composed: true }));
    call(el, 'dispatchEvent', new Event('change', { bubbles: true }));
    return { ok: true };
  },
  snapshot: () => ({ ok: true, mayHide: snapshot(query.option) }),
  upload: () => {
    const { el, why } = uniqueOrLabel(query.target);
    if (!el) return { why };
    if (!matches(el, 'input[type=file]')) return { why: `it takes no files: it is a ${label(el)}` };
    const off = disabled(el);
    if (off) return { why: off };
    globalThis.valkyrieFileInput = el;
    return { ok: true };
  },
};

// Installs the guard, which reports the click's time and its hit target (an element that was re-rendered meanwhile counts).
// It also takes a snapshot of the page's text, so that a later query can find new text.
const installGuard = (r) => {
  const mayHide = snapshot();
  const hit = (e) => {
    const got = e.composedPath()[0]; // for an element in a closed shadow root this is the host
    const on = !(got instanceof Element) ? documentElement() : closedShadowRoots.get(got) ? deepest(e.clientX, e.clientY) || got : got;
    return { hit: hits(r.el, on) || find(query.target).some((one) => hits(one, on)), by: describe(on) };
  };
  guard(r, hit, (what) => globalThis.valkyrieClicked?.(JSON.stringify(what)));
  return mayHide;
};
const pageText = () => normalize([body() && innerText(body()), ...[...all(document)].filter(shadow).map((host) => childrenOf(shadow(host)).map(innerText).join(' '))].join(' '));
// Takes the snapshot. Returns whether elements may hide a closed shadow root, whose text belongs to the snapshot too;
// searched says that those were searched already.
const snapshot = (searched) => {
  globalThis.valkyrieSnapshot = { text: pageText(), gone: {} };
  const hosts = [...all(document)].filter((el) => read(el, 'localName').includes('-') && !read(el, 'shadowRoot') && !closedShadowRoots.has(el));
  if (searched) hosts.forEach((el) => closedShadowRoots.set(el, null));
  return hosts.length > 0;
};
// New is text that was not in the snapshot, appears more often than in it, or was gone in between. A page that was opened
// since has no snapshot, and all of it is new.
const isNew = (el) => {
  const before = globalThis.valkyrieSnapshot, text = normalize(innerText(el)) || name(el);
  if (!before || before.gone[JSON.stringify(query.target)] || !text) return true;
  return pageText().split(text).length > before.text.split(text).length;
};
