// What the tab asks of a page. It runs in an isolated world: it sees the page's elements, but not its scripts, and the
// page sees nothing of it. One call looks until the wish is met or the slice of time is over, and then answers.
async (wish, sliceMS) => {
  const clock = () => performance.timeOrigin + performance.now();
  const squeeze = (s) => (s || '').replace(/\s+/g, ' ').trim();
  const quote = (s) => '"' + (s.length > 60 ? s.slice(0, 59) + '…' : s) + '"';

  // Every element of the document and of its open shadow roots.
  function* all(root) {
    for (const el of root.querySelectorAll('*')) {
      yield el;
      if (el.shadowRoot) yield* all(el.shadowRoot);
    }
  }

  const seen = (el) => {
    const r = el.getBoundingClientRect();
    return r.width > 0 && r.height > 0 && el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  };

  // What a person, or a screen reader, would call the element.
  const name = (el) => {
    const by = el.getAttribute('aria-labelledby');
    if (by) {
      const parts = by.split(/\s+/).map((id) => el.getRootNode().getElementById(id)?.innerText || '');
      if (squeeze(parts.join(' '))) return squeeze(parts.join(' '));
    }
    const own = el.getAttribute('aria-label');
    if (squeeze(own)) return squeeze(own);
    if (el.matches('input[type=submit],input[type=button],input[type=reset]')) return squeeze(el.value || el.type);
    if (el.labels && el.labels.length) return squeeze([...el.labels].map(labelText).join(' '));
    return squeeze(el.innerText) || squeeze(el.getAttribute('alt')) || squeeze(el.title) || squeeze(el.placeholder);
  };

  // A label may enclose its field; the field's own text (a list's options) is no part of the label.
  const labelText = (label) => {
    const copy = label.cloneNode(true);
    copy.querySelectorAll('input,select,textarea,button').forEach((field) => field.remove());
    return copy.textContent;
  };

  const roles = {
    button: 'button,[role=button],summary,input[type=submit],input[type=button],input[type=reset],input[type=image]',
    link: 'a[href],[role=link]',
    heading: 'h1,h2,h3,h4,h5,h6,[role=heading]',
    field: 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select,[contenteditable]',
  };
  const css = (sel) => [...all(document)].filter((el) => el.matches(sel));
  // Text is that of the innermost elements that hold it, so that the whole page is not "an element with this text".
  const withText = (text) => {
    const found = [];
    const descend = (el) => {
      if (el.matches('script,style,noscript,template')) return;
      const before = found.length;
      const holdsIt = squeeze(el.innerText ?? el.textContent).includes(text);
      for (const child of el.children) if (holdsIt || child.children.length || child.shadowRoot) descend(child);
      for (const child of el.shadowRoot?.children || []) descend(child);
      if (holdsIt && found.length === before) found.push(el);
    };
    if (document.body) descend(document.body);
    return found;
  };
  const find = ({ by, value, or }) => {
    if (or) return [...new Set([...find({ by, value }), ...find(or)])];
    switch (by) {
      case 'css': return css(value);
      case 'test id': return [...all(document)].filter((el) => el.getAttribute('data-testid') === value);
      case 'text': return withText(value);
      default: return css(roles[by]).filter((el) => name(el) === value);
    }
  };
  const describe = (el) => el.tagName.toLowerCase() + (el.id ? '#' + el.id : el.classList.length ? '.' + el.classList[0] : '');

  // Why nothing was found, with what a person would look at next.
  const missing = (target) => {
    const near = roles[target.by] ? nearest(target) : [];
    const says = [...all(document)].filter((el) => el.matches('h1,h2,[role=status],[role=alert]') && seen(el)).map((el) => squeeze(el.innerText)).filter(Boolean);
    if (near.length) return `there is none; the nearest are ${near.map(quote).join(', ')}`;
    if (says.length) return `there is none; the page says ${says.slice(0, 2).map(quote).join(', ')}`;
    return squeeze(document.body?.innerText) ? 'there is none' : 'there is none; the page is blank';
  };
  const nearest = ({ by, value }) => {
    const others = [...new Set(css(roles[by]).filter(seen).map(name).filter(Boolean))];
    const like = others.map((o) => [distance(o.toLowerCase(), value.toLowerCase()), o]).filter((o) => o[0] <= 0.6);
    return like.sort((a, b) => a[0] - b[0]).slice(0, 3).map((o) => o[1]);
  };
  const distance = (a, b) => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      row = next;
    }
    return row[b.length] / Math.max(a.length, b.length, 1);
  };

  // The next frame; a page that paints none is not moving either.
  const frame = () => new Promise((done) => { const t = setTimeout(done, 250); requestAnimationFrame(() => { clearTimeout(t); done(); }); });
  const deepest = (x, y) => {
    let el = document.elementFromPoint(x, y);
    while (el?.shadowRoot) { const inner = el.shadowRoot.elementFromPoint(x, y); if (!inner || inner === el) break; el = inner; }
    return el;
  };
  const holds = (outer, inner) => { for (let n = inner; n; n = n.parentNode || n.host) if (n === outer) return true; return false; };
  const mine = (el, node) => holds(el, node) || [...(el.labels || [])].some((l) => holds(l, node));
  const only = (target) => {
    const found = find(target);
    if (!found.length) return { why: missing(target) };
    const visible = found.filter(seen);
    if (!visible.length) return { why: 'it is there, but not visible' };
    if (visible.length > 1) return { why: `there are ${visible.length} of them; say which one` };
    return { el: visible[0] };
  };

  // One that a person could act on: visible, enabled, still, and on top.
  const actionable = async (target) => {
    const { el, why } = only(target);
    if (!el) return { why };
    if (el.matches(':disabled') || el.closest('[aria-disabled=true],[inert]')) return { why: 'it is disabled' };
    el.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    let b = el.getBoundingClientRect();
    for (let i = 0; i < 2; i++) {
      const a = b;
      await frame();
      b = el.getBoundingClientRect();
      if (!el.isConnected || a.x !== b.x || a.y !== b.y || a.width !== b.width || a.height !== b.height) return { why: 'it is moving', soon: true };
    }
    const x = b.x + b.width / 2, y = b.y + b.height / 2;
    const top = deepest(x, y);
    if (!top) return { why: 'it is outside of the window' };
    if (!mine(el, top)) return { why: `it is covered by ${describe(top)}` };
    return { ok: true, el, x, y };
  };

  const wishes = {
    loaded: () => ({ ok: document.readyState !== 'loading', why: 'the page is still loading' }),
    visible: () => (find(wish.target).some(seen) ? { ok: true } : { why: find(wish.target).length ? 'it is there, but not visible' : missing(wish.target) }),
    gone: () => (find(wish.target).some(seen) ? { why: 'it is still there' } : { ok: true }),
    text: () => {
      const { el, why } = only(wish.target);
      return el ? { ok: true, text: squeeze('value' in el && el.matches(roles.field) ? el.value : el.innerText) } : { why };
    },
    click: async () => {
      const r = await actionable(wish.target);
      if (!r.ok) return r;
      const hit = (e) => {
        const got = e.composedPath()[0];
        globalThis.valkyrieClicked?.(JSON.stringify({ at: performance.timeOrigin + e.timeStamp, hit: mine(r.el, got), by: describe(got) }));
      };
      addEventListener('click', hit, { capture: true, once: true });
      return { ok: true, x: r.x, y: r.y };
    },
    fill: async () => {
      const r = await actionable(wish.target);
      if (!r.ok) return r;
      if (r.el.readOnly) return { why: 'it is read-only' };
      r.el.focus();
      if (r.el.select) r.el.select(); else getSelection().selectAllChildren(r.el);
      return { ok: true };
    },
    choose: async () => {
      const r = await actionable(wish.target);
      if (!r.ok) return r;
      const option = [...(r.el.options || [])].find((o) => squeeze(o.label) === wish.option);
      if (!option) return { why: 'it has no such option' };
      r.el.value = option.value;
      r.el.dispatchEvent(new Event('input', { bubbles: true }));
      r.el.dispatchEvent(new Event('change', { bubbles: true }));
      return { ok: true };
    },
  };

  // A change of the document wakes it at once; a timer sees what observers do not (style sheets, values, shadow roots).
  const change = (ms) => new Promise((done) => {
    const end = () => { clearTimeout(timer); observer.disconnect(); done(); };
    const timer = setTimeout(end, ms);
    const observer = new MutationObserver(end);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });

  const until = clock() + sliceMS;
  let first = true, last = {};
  for (;;) {
    last = await wishes[wish.op]();
    const nav = performance.getEntriesByType('navigation')[0];
    const answer = { ok: !!last.ok, why: last.why || '', at: clock(), first, x: last.x || 0, y: last.y || 0, text: last.text || '', url: location.href, status: nav?.responseStatus || 0, opened: performance.timeOrigin };
    if (last.ok || answer.at >= until) return answer;
    first = false;
    if (last.soon) await frame();
    else await change(Math.max(1, Math.min(100, until - answer.at)));
  }
}
