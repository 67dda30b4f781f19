// boxes: where the content of an element is, in coordinates of the window, and how it is painted.

// What decides whether content is painted, by element; valid until the end of the running task.
const styles = new Map();
const styleOf = (el) => {
  let s = styles.get(el);
  if (!s) {
    if (!styles.size) queueMicrotask(() => styles.clear());
    styles.set(el, s = paintStyle(el));
  }
  return s;
};
const blurIn = (filter) => (filter === 'none' ? 0 : +(/blur\(([\d.]+)px\)/.exec(filter) || [0, 0])[1]);
const paintStyle = (el) => {
  const css = getComputedStyle(el), filter = css.filter;
  let [x, y = x] = css.overflow.split(' ');
  const boxless = css.display === 'contents' || css.display === 'inline' && !matches(el, replaced) || localName(el) === 'object' && usesFallback(el);
  if (boxless || propagates(el)) x = y = 'visible';
  else if (css.contentVisibility === 'auto' || /paint|content|strict/.test(css.contain)) [x, y] = [x, y].map((v) => (v === 'visible' ? 'clip' : v));
  const seeThrough = filter === 'none' ? 1 : [...filter.matchAll(/opacity\(([\d.]+)\)/g)].reduce((a, m) => a * m[1], 1);
  return {
    css, x, y, position: css.position, visible: css.visibility === 'visible', opacity: css.opacity * seeThrough,
    blur: blurIn(filter),
    odd: css.maskImage !== 'none' || css.contentVisibility === 'hidden' || css.transform.startsWith('matrix3d') || css.translate.split(' ').length > 2, // fadedReason
    recolors: css.mixBlendMode !== 'normal' || filter !== 'none' && /brightness|contrast|invert|grayscale|sepia|saturate|hue-rotate|url/.test(filter),
    clipPath: css.clipPath, topLayer: matches(el, ':modal,:popover-open,:fullscreen'), turnsAway: css.backfaceVisibility === 'hidden',
  };
};
// Whether the document is in a frame that a person cannot scroll. That of another site does not show: the query says so.
const isUnscrollable = () => globalThis.valkyrieUnscrollable || self !== window.top && !!window.frameElement && /^(no|off|noscroll)$/i.test(attribute(window.frameElement, 'scrolling') || '');
// The overflow of the document's element, and else of its body, is that of the window.
const propagates = (el) => el === documentElement() || el === body() && getComputedStyle(documentElement()).overflow === 'visible';
const windowOverflow = () => {
  if (isUnscrollable()) return ['hidden', 'hidden'];
  const from = getComputedStyle(documentElement()), of = from.overflow === 'visible' && body() ? getComputedStyle(body()) : from;
  return [of.overflowX, of.overflowY];
};
const holdsFixed = ({ css }) => css.transform !== 'none' || css.perspective !== 'none' || css.rotate !== 'none' || css.scale !== 'none' || css.translate !== 'none' ||
  css.filter !== 'none' || css.backdropFilter !== 'none' || /transform|perspective|filter/.test(css.willChange) || /paint|layout|content|strict/.test(css.contain) || css.contentVisibility === 'auto';

// The alpha of a computed colour.
const alpha = (color) => {
  const m = /(?:^rgba\(.*,|\/)\s*([\d.]+)(%?)\s*\)$/.exec(color);
  return m ? m[1] / (m[2] ? 100 : 1) : 1;
};
const replaced = 'img,svg,canvas,video,audio,input,select,textarea,iframe,frame,embed,object,progress,meter';
// Whether the element paints something else than its text and its children: a background, a border, an icon of its style.
const paintsItself = (el) => {
  if (matches(el, replaced)) return true;
  const { css } = styleOf(el);
  if (alpha(css.backgroundColor) > 0.05 && css.backgroundClip !== 'text' || css.backgroundImage !== 'none' && css.backgroundClip !== 'text') return true;
  if (['Top', 'Right', 'Bottom', 'Left'].some((side) => parseFloat(css[`border${side}Width`]) > 0 && alpha(css[`border${side}Color`]) > 0.05)) return true;
  return css.boxShadow !== 'none' || css.listStyleType !== 'none' && css.display === 'list-item' || ['::before', '::after'].some((p) => !['none', 'normal'].includes(getComputedStyle(el, p).content));
};

const flatChildren = (el) => { const all = []; eachChild(el, (n) => all.push(n)); return all; };
const range = call(document, 'createRange');
const textRects = (text, from = 0, to = text.length) => {
  range.setStart(text, from);
  range.setEnd(text, to);
  return [...range.getClientRects()];
};
// The boxes of what is painted within the element, each with the element that paints it: texts, pictures, fields, drawn boxes.
function* contentOf(el, budget = { left: 300 }) {
  for (const n of flatChildren(el)) {
    if (budget.left-- <= 0) return;
    if (n.nodeType === Node.TEXT_NODE && n.data.trim()) for (const r of textRects(n)) yield { by: el, r, text: n };
    if (n.nodeType !== Node.ELEMENT_NODE || matches(n, 'script,style,noscript,template,option,br,wbr')) continue;
    if (paintsItself(n)) yield { by: n, r: rect(n) };
    yield* contentOf(n, budget);
  }
}
// The boxes of a phrase in the element's text, line by line; none if it is not there as such.
const ignorable = /[\s\u00ad\u200b-\u200f\u2060-\u2064\u202a-\u202e\ufeff]/;
function* phraseIn(el, phrase) {
  const want = [...phrase.replace(hyphens, '-')].filter((c) => !ignorable.test(c)).join('').toLowerCase(), chars = [];
  const collect = (from) => {
    for (const n of flatChildren(from)) {
      if (n.nodeType === Node.ELEMENT_NODE) collect(n);
      else if (n.nodeType === Node.TEXT_NODE && chars.length < 20000) for (let i = 0; i < n.length; i++) if (!ignorable.test(n.data[i])) chars.push({ c: n.data[i].replace(hyphens, '-').toLowerCase()[0], by: from, n, i });
    }
  };
  collect(el);
  const has = chars.map(({ c }) => c).join('');
  for (let at = want ? has.indexOf(want) : -1; at >= 0; at = has.indexOf(want, at + 1)) {
    const last = at + want.length - 1;
    for (let i = at; i <= last;) {
      let j = i;
      while (j < last && chars[j + 1].n === chars[i].n) j++;
      const rects = textRects(chars[i].n, chars[i].i, chars[j].i + 1);
      for (const r of rects) yield { by: chars[i].by, r, text: chars[i].n };
      if (!rects.length && localName(chars[i].by) !== 'option') yield { by: chars[i].by, r: new DOMRect(), text: chars[i].n }; // not painted: a picture may replace it
      i = j + 1;
    }
  }
}
const phrases = (target) => (target ? [...(target.by === 'text' && target.value ? [target.value] : []), ...phrases(target.or)] : []);
// The boxes by which a person sees the element: of the phrase that is looked for, else of what it paints, else its own.
function* boxesOf(el, target) {
  let any = false;
  const note = function* (boxes) { for (const b of boxes) { any = true; yield b; } };
  for (const phrase of phrases(target)) yield* note(phraseIn(el, phrase));
  if (any) return;
  if (paintsItself(el)) for (const r of [...call(el, 'getClientRects')].slice(0, 4)) yield* note([{ by: el, r }]);
  yield* note(contentOf(el));
  const area = stretchedOver(el);
  if (area) yield* note([{ by: el, r: area }]);
  if (!any) yield { by: el, r: rect(el) };
}

// An area of an image map: the image, and the box of the area on it.
const areaOf = (area) => {
  const map = call(area, 'closest', 'map'), name = map && (attribute(map, 'name') || attribute(map, 'id'));
  const image = name && queryAll(call(area, 'getRootNode'), 'img[usemap]').find((i) => attribute(i, 'usemap').slice(1) === name);
  if (!image) return {};
  const r = rect(image), k = r.width / image.width || 1, c = (attribute(area, 'coords') || '').split(/[\s,;]+/).map(Number);
  const shape = (attribute(area, 'shape') || 'rect').toLowerCase(), odd = c.filter((_, i) => i % 2), even = c.filter((_, i) => i % 2 === 0);
  const [x1, y1, x2, y2] = shape === 'default' ? [0, 0, image.width, image.height] :
    shape.startsWith('circ') ? [c[0] - c[2], c[1] - c[2], c[0] + c[2], c[1] + c[2]] : [Math.min(...even), Math.min(...odd), Math.max(...even), Math.max(...odd)];
  return { image, box: new DOMRect(r.x + x1 * k, r.y + y1 * k, (x2 - x1) * k, (y2 - y1) * k) };
};
