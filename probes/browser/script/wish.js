// What the tab can wish for. Each looks once and answers {ok, why, ...}; with soon, it is worth looking again at the next frame.

// An animation under way may show the element at any frame.
const changing = (el) => { for (let n = el; n; n = n.parentElement) if (n.getAnimations().some((a) => a.playState === 'running')) return true; return false; };

const wishes = {
  loaded: () => ({ ok: document.readyState !== 'loading', why: 'the page is still loading' }),
  visible: () => {
    const found = find(wish.target), els = found.filter(seen);
    if (els.length) return { ok: true, els };
    if (!found.length) return { why: missing(wish.target) };
    return { why: 'it is there, but not visible', soon: found.some(changing) };
  },
  gone: () => (find(wish.target).some(seen) ? { why: 'it is still there' } : { ok: true }),
  text: () => {
    const { el, why } = only(wish.target);
    return el ? { ok: true, els: [el], text: squeeze('value' in el && el.matches(roles.field) ? el.value : el.innerText) } : { why };
  },
  click: async () => {
    const r = await actionable(wish.target);
    if (!r.ok) return r;
    const hit = (e) => {
      const got = e.composedPath()[0];
      globalThis.valkyrieClicked?.(JSON.stringify({ at: performance.timeOrigin + e.timeStamp, hit: mine(r.el, got), by: describe(got) }));
    };
    addEventListener('click', hit, { capture: true, once: true });
    return { ok: true, els: [r.el], x: r.x, y: r.y };
  },
  fill: async () => {
    const r = await actionable(wish.target);
    if (!r.ok) return r;
    if (r.el.readOnly) return { why: 'it is read-only' };
    r.el.focus();
    if (r.el.select) r.el.select(); else getSelection().selectAllChildren(r.el);
    return { ok: true, els: [r.el] };
  },
  choose: async () => {
    const r = await actionable(wish.target);
    if (!r.ok) return r;
    const option = [...(r.el.options || [])].find((o) => squeeze(o.label) === wish.option);
    if (!option) return { why: 'it has no such option' };
    r.el.value = option.value;
    r.el.dispatchEvent(new Event('input', { bubbles: true }));
    r.el.dispatchEvent(new Event('change', { bubbles: true }));
    return { ok: true, els: [r.el] };
  },
};
