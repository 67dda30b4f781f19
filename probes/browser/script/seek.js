// seek: scrolls on, as a person does who does not see yet what they look for. A list may draw only the rows in sight, and a page
// may load more at its end.

// The boxes that a person can scroll down, the inner ones first.
const scrollers = () => {
  const page = read(document, 'scrollingElement'), boxes = [];
  for (const el of all(document)) {
    if (el === page || read(el, 'scrollHeight') <= read(el, 'clientHeight') + 4 || read(el, 'clientHeight') < 40) continue;
    if (/^(auto|scroll|overlay)$/.test(getComputedStyle(el).overflowY) && isVisible(el)) boxes.push(el);
  }
  const fixed = [page, documentElement(), body()].some((el) => el && getComputedStyle(el).overflowY === 'hidden');
  return page && !fixed ? [...boxes, page] : boxes;
};
const isPage = (box) => box === read(document, 'scrollingElement');
const viewOf = (box) => (isPage(box) ? { top: 0, bottom: innerHeight } : rect(box));
const setTop = (box, top) => { const before = read(box, 'scrollTop'); call(box, 'scrollTo', { top, behavior: 'instant' }); return read(box, 'scrollTop') !== before; };
// A list that draws only the rows in sight has nothing in the rest of its height.
const drawsOnlyInSight = (box) => {
  const { top, bottom } = viewOf(box), height = read(box, 'clientHeight');
  if (read(box, 'scrollHeight') < 3 * height) return false;
  for (const el of [...queryAll(box, '*')].slice(-2000)) {
    const r = rect(el);
    if ((r.top > bottom + height || r.bottom < top - height) && r.height > 0 && !childrenOf(el).length && (textContent(el) || matches(el, 'img,input,button,video,canvas'))) return false;
  }
  return true;
};
// Where "Row 900" must be, from the place of rows with other numbers; undefined when there are no such rows.
const placeByNumber = (box, { by, role, value }) => {
  const parts = /^(\D*)(\d+)(\D*)$/.exec(typeof value === 'string' ? value : '');
  if (!parts) return;
  const at = [];
  for (const el of by === 'text' ? queryAll(box, '*').filter((e) => !childrenOf(e).length) : withRole(role || by).filter((e) => contains(box, e))) {
    const n = /^(\D*)(\d+)(\D*)$/.exec(by === 'text' ? normalize(textContent(el)) : name(el));
    if (n && n[1] === parts[1] && n[3] === parts[3]) at.push({ n: +n[2], y: rect(el).top - viewOf(box).top + read(box, 'scrollTop') });
  }
  at.sort((a, b) => a.n - b.n);
  const first = at[0], last = at.at(-1), each = at.length > 1 && (last.y - first.y) / (last.n - first.n);
  return each > 0 ? first.y + (parts[2] - first.n) * each - read(box, 'clientHeight') / 2 : undefined;
};

// What shows that more comes when one scrolls on: a list that draws only its rows in sight, or, further down, a box that is still
// empty, a skeleton, a picture that loads lazily.
const scrollNote = () => {
  if (query.op === 'seek') return '';
  const boxes = scrollers();
  const more = boxes.some((box) => read(box, 'scrollTop') + read(box, 'clientHeight') < read(box, 'scrollHeight') - 4 && (!acting && drawsOnlyInSight(box) || awaitsScroll(box)));
  return more ? '; more may load further down: ScrollTo goes there' : '';
};
const lazyNames = /lazy|skeleton|sentinel|infinite|placeholder|load-?(more|ing)|spinner/i;
const awaitsScroll = (box) => queryAll(isPage(box) ? document : box, '*').slice(-3000).some((el) => {
  if (childrenOf(el).length > 3 || matches(el, 'script,style,br,input,textarea,select,option,canvas,iframe')) return false;
  const r = rect(el), name = `${attribute(el, 'id') || ''} ${attribute(el, 'class') || ''}`;
  if (r.bottom < viewOf(box).bottom || !r.width) return false;
  if (lazyNames.test(name) || attribute(el, 'aria-busy') === 'true' || matches(el, 'img') && !el.complete) return true;
  const empty = !childrenOf(el).length && !normalize(textContent(el)) && !shadow(el);
  return empty && r.height >= 40 && name.trim() !== '' && !paintsItself(el) || /^(loading|load more|show more)\b/i.test(normalize(textContent(el)).slice(0, 40));
});

// How long a person waits at the end for more, before they begin again at the top.
const moreMS = 700;
// Scrolls one step further; false at the end of all. Rows may be drawn a frame after the step, or loaded: a second time goes
// slower.
const seekOn = async (boxes) => {
  const key = JSON.stringify(query.target);
  if (globalThis.valkyrieSeek?.key !== key) globalThis.valkyrieSeek = { key, jumps: 0, rounds: 0, at: 0, endAt: 0 };
  const seek = globalThis.valkyrieSeek;
  const stepped = () => {
    for (const box of boxes) {
      const jump = seek.jumps < 4 ? placeByNumber(box, query.target) : undefined;
      if (jump !== undefined && seek.jumps++ < 4 && setTop(box, jump)) return true;
      if (setTop(box, read(box, 'scrollTop') + 0.85 * read(box, 'clientHeight'))) return true;
    }
    return false;
  };
  let moved = stepped();
  if (!moved) {
    seek.endAt ||= clock();
    if (clock() - seek.endAt < moreMS || seek.rounds++ > 0) return false; // more may be loaded at the end
    moved = boxes.map((box) => setTop(box, 0)).some(Boolean);
  }
  if (!moved) return false;
  seek.endAt = 0;
  seek.at = clock();
  await frame();
  await frame();
  if (seek.rounds) await pause(100);
  return true;
};
// An action on what is not there looks for it in lists that draw only what is in sight, once neither the action nor the page is
// new. Without such a list, the page is not examined again before it changes.
const acting = ['click', 'hover', 'fill', 'check', 'choose', 'upload'].includes(query.op);
// What appears when it is scrolled to is hidden before.
const revealOutOfSight = async (el) => {
  const r = rect(el);
  if (!hasSize(r) || r.bottom > 0 && r.top < innerHeight) return false;
  reveal(el);
  await frame();
  await frame();
  return true;
};
const seekInLists = async () => {
  if (!acting || readyState() !== 'complete') return false;
  const key = JSON.stringify(query.target), changed = globalThis.valkyrieChanges?.last || 0;
  if (globalThis.valkyrieMissing?.key !== key) globalThis.valkyrieMissing = { key, since: clock(), examined: -1 };
  const missing = globalThis.valkyrieMissing, begun = globalThis.valkyrieSeek?.key === key;
  if (!begun && (missing.examined === changed || clock() - Math.max(changed, missing.since) < 300)) return false;
  missing.examined = changed;
  const [el] = find(query.target);
  if (el) return revealOutOfSight(el);
  const lists = scrollers().filter(drawsOnlyInSight);
  return lists.length > 0 && seekOn(lists);
};
const seek = async () => {
  const r = await actionable(query.target);
  const at = globalThis.valkyrieSeek?.key === JSON.stringify(query.target) ? valkyrieSeek.at : 0;
  if (r.ok) return { ...r, acted: at };
  const [el] = find(query.target);
  if (el) reveal(el); // a lazy picture has no size before it is in sight, and other things are hidden
  return el ? r : { ...r, soon: await seekOn(scrollers()) };
};
