// format: what a page may make of a typed text so that a person still takes it for theirs: another way to write the same number, day
// or phone number, and tags.

// The values that a number may have, as its marks may be read in either way: "1.234" is 1234 or 1.234; none if it is no number. A
// currency, a per cent sign or a unit may stand beside it.
const amounts = (s) => {
  const bare = s.replace(/\p{Sc}/gu, '').replace(/^([-+(]?)\s*[A-Z]{1,3}\s/i, '$1').replace(/\s+[\p{L}²³/°]{1,12}\.?$/u, '').replace(/[\s'%°]/g, '');
  const [, sign, digits, after] = /^([-+(]?)(\d[\d.,]*?)([)-]?)$/.exec(bare) || [];
  if (!digits) return [];
  const negative = sign === '-' || sign === '(' && after === ')' || after === '-' ? -1 : 1;
  const at = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(',')), mark = digits[at], whole = digits.slice(0, at), part = digits.slice(at + 1);
  const plain = (d) => d.replace(/[.,]/g, ''), grouped = (d) => /^\d{1,3}([.,]\d{2,3})*$/.test(d) || /^\d+$/.test(d);
  const found = [];
  if (at < 0 || grouped(digits) && part.length === 3 && (digits.match(/[.,]/g) || []).every((m) => m === mark)) found.push(+plain(digits));
  if (at >= 0 && !whole.includes(mark) && grouped(whole)) found.push(+`${plain(whole)}.${part}`);
  return found.map((n) => n * negative);
};
// Whether two texts are the same number: "1234.5" and "$1,234.50", "70" and "70 kg". All digits
// must be there: a field for codes may not lose their zeros.
const sameAmount = (w, h) => inOrder(w.replace(/\D/g, ''), h.replace(/\D/g, '')) && amounts(w).some((n) => amounts(h).includes(n));

// Whether two texts are the same day or time: "2026-12-24" and "12/24/2026", "9:30" and "09:30". A month and a day do not change
// places, but the year may.
const sameDay = (w, h) => {
  const form = /^\d+([-/.: ]+\d+)+\.?$/, of = (s) => s.match(/\d+/g).map(Number), [a, b] = form.test(w) && form.test(h) ? [of(w), of(h)] : [[], []];
  if (!a.length || a.length !== b.length || a.length < 3 && !(w.includes(':') && h.includes(':'))) return false;
  const is = (other) => other.every((n, i) => n === b[i]);
  return is(a) || a.length === 3 && a[0] > 31 && b[2] > 31 && (is([a[1], a[2], a[0]]) || is([a[2], a[1], a[0]])) || a.length === 3 && a[2] > 31 && b[0] > 31 && is([a[2], a[1], a[0]]);
};

// Whether a phone number got its country's code, as the field shows it: "0176 1234567" and "+49 176 1234567".
const samePhone = (w, h) => {
  const digits = (s) => s.replace(/\D/g, ''), own = digits(w).replace(/^0+/, '');
  if (!/^\+[\d\s().-]+$/.test(h) || !/^[\d\s().\/-]+$/.test(w) || own.length < 7) return false;
  return digits(h).endsWith(own) && digits(h).length - own.length <= 3 && digits(h).length > own.length;
};

// The tags that a typed text would make, at commas, or else at spaces too.
const tagsIn = (text) => [/[,;\n]+/, /[,;\s]+/].map((at) => text.split(at).map(normalize).filter(Boolean));
// The part of the page, of 300 elements at most, that may hold a field's tags, and how often each tag is in it.
const tagBox = (el) => {
  const isPart = (n) => n instanceof Element && n !== documentElement() && call(n, 'getElementsByTagName', '*').length <= 300;
  let box = el;
  for (let i = 0; i < 3 && isPart(parentOf(box)); i++) box = parentOf(box);
  return box;
};
const countTags = (el, text) => {
  const shown = squash(displayed(tagBox(el)));
  return Object.fromEntries(tagsIn(text).flat().map((tag) => [tag, shown.split(squash(tag)).length - 1]));
};
// Whether the page has made a tag of each part of the text, and has taken it from the field. before are the counts before typing.
const madeTags = (el, text, before) => {
  if (!before || !isTextField(el) || isInput(el) && el.type === 'password') return false;
  const now = countTags(el, text), left = normalize(content(el)).replace(/^[,;]|[,;]$/g, ''), errors = errorMessages().map(squash);
  return tagsIn(text).some((tags) => {
    const made = left && squash(tags.at(-1) || '') === squash(left) ? tags.slice(0, -1) : left ? [] : tags;
    return made.length > 0 && made.every((tag) => now[tag] > before[tag] && !errors.some((e) => e.includes(squash(tag))));
  });
};
