// What the tab can wish for. Each looks once and answers {ok, why, ...}; with soon, it is worth looking again at the next
// frame. None changes the page while it looks: what follows from its success is its act, or a deed of its own.

// An animation under way may show the element at any frame.
const changing = (el) => { for (let n = el; n; n = n.parentElement) if (n.getAnimations().some((a) => a.playState === 'running')) return true; return false; };

// Takes the focus, and marks what is there so that typing replaces it; answers with what that is.
const focus = (el) => {
  el.focus();
  if (el.select) el.select(); else getSelection().selectAllChildren(el);
  return 'value' in el ? el.value : el.innerText;
};

const wishes = {
  loaded: () => ({ ok: document.readyState !== 'loading', why: 'the page is still loading' }),
  visible: () => {
    const found = find(wish.target), els = found.filter(seen);
    if (els.length) return { ok: true, els };
    return { there: !!found.length, why: found.length ? unseen(found[0]) : missing(wish.target), soon: found.some(changing) };
  },
  fresh: () => {
    const found = find(wish.target).filter(seen);
    const before = globalThis.valkyrieBefore;
    if (!found.length && before) before.gone[JSON.stringify(wish.target)] = true;
    if (!found.length) return wishes.visible();
    const els = found.filter(isNew);
    return els.length ? { ok: true, els } : { there: true, why: 'it is there, but it was there before; nothing new has come' };
  },
  gone: () => (find(wish.target).some(seen) ? { why: 'it is still there' } : { ok: true }),
  text: () => {
    const { el, why } = only(wish.target);
    return el ? { ok: true, el, text: squeeze('value' in el && el.matches(field) ? el.value : el.innerText) } : { why };
  },
  click: async () => {
    const r = await actionable(wish.target);
    return r.ok ? { ...r, hosts: witness(r) } : r;
  },
  hover: () => actionable(wish.target),
  fill: async () => {
    const r = await actionable(wish.target);
    if (r.ok && (r.el.readOnly || r.el.getAttribute('aria-readonly') === 'true')) return { why: 'it is read-only' };
    // A frame may be out of reach itself; and where there are frames, it is not known here which of them is meant.
    return self === top && !frames.length ? { ...r, act: () => focus(r.el) } : r;
  },
  focus: () => {
    const { el, why } = only(wish.target);
    return el ? { ok: true, text: focus(el) } : { why };
  },
  check: async () => {
    const state = (el) => String('checked' in el ? el.checked : el.getAttribute('aria-checked') === 'true');
    const r = await actionable(wish.target, handle);
    if (!r.ok) return r;
    return { ...r, hosts: state(r.el) !== wish.option && witness(r), text: state(r.el) };
  },
  choose: async () => {
    const r = await actionable(wish.target);
    if (!r.ok) return r;
    if (!r.el.options) return { why: `it is no list of options but a ${label(r.el)}; click on it instead` };
    const options = [...r.el.options], option = options.find((o) => squeeze(o.label) === wish.option);
    if (!option) return { why: `it has no such option; it offers ${options.slice(0, 5).map((o) => quote(squeeze(o.label))).join(', ') || 'none'}` };
    if (option.disabled || option.parentNode.disabled) return { why: 'that option is disabled' };
    return r;
  },
  pick: () => {
    const { el, why } = only(wish.target);
    if (!el) return { why };
    for (const o of el.options) { if (squeeze(o.label) === wish.option) { o.selected = true; break; } }
    el.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
    return { ok: true };
  },
  remember: () => ({ ok: true, hosts: remember(wish.option) }),
  upload: () => {
    const { el, why } = handle(wish.target);
    if (!el) return { why };
    if (!el.matches('input[type=file]')) return { why: `it takes no files: it is a ${label(el)}` };
    const off = disabled(el);
    if (off) return { why: off };
    globalThis.valkyrieHeld = el;
    return { ok: true };
  },
};

// The click's own word of itself: when it was, and what got it (one that was drawn anew since then will do). It also remembers what the page says now, so that a
// later look can tell what is new.
const witness = (r) => {
  const hosts = remember();
  const hit = (e) => {
    const got = e.composedPath()[0]; // what is in a closed shadow root shows only as its host
    const on = !(got instanceof Element) ? document.documentElement : closed.get(got) ? deepest(e.clientX, e.clientY) || got : got;
    return { hit: mine(r.el, on) || find(wish.target).some((one) => mine(one, on)), by: describe(on) };
  };
  guard(r, hit, (what) => globalThis.valkyrieClicked?.(JSON.stringify(what)));
  return hosts;
};
const words = () => squeeze([document.body?.innerText, ...[...all(document)].filter(shadow).map((host) => [...shadow(host).children].map((c) => c.innerText).join(' '))].join(' '));
// It answers whether there are elements that may hide a closed shadow root, whose words would have to be remembered too;
// looked says that those were searched for.
const remember = (looked) => {
  globalThis.valkyrieBefore = { words: words(), gone: {} };
  const hosts = [...all(document)].filter((el) => el.localName.includes('-') && !el.shadowRoot && !closed.has(el));
  if (looked) hosts.forEach((el) => closed.set(el, null));
  return hosts.length > 0;
};
// New is what the page did not say at the act, says more often than then, or had taken away in between. A page that was
// opened since remembers nothing, and all of it is new.
const isNew = (el) => {
  const before = globalThis.valkyrieBefore, text = squeeze(el.innerText) || name(el);
  if (!before || before.gone[JSON.stringify(wish.target)] || !text) return true;
  return words().split(text).length > before.words.split(text).length;
};
