// pixels: the colours of pictures, as far as scripts may read them: those of the site itself, and those in data addresses.

const cells = 16; // a picture is read as so many columns and rows
const pen = (w, h = w) => new OffscreenCanvas(w, h).getContext('2d', { willReadFrequently: true });
// The pixels of what a canvas can draw, as bytes; undefined for a picture of another site.
const pixelsOf = (source, from = []) => {
  const at = pen(from.length ? 1 : cells);
  try {
    if (from.length) at.drawImage(source, ...from, 1, 1, 0, 0, 1, 1); else at.drawImage(source, 0, 0, cells, cells);
    return at.getImageData(0, 0, at.canvas.width, at.canvas.height).data;
  } catch { /* it may not be read, or is empty */ }
};
const picturePixels = globalThis.valkyriePixels ??= { images: new WeakMap(), addresses: new Map() };
const pixelsOfImage = (img) => {
  const known = picturePixels.images.get(img), src = img.currentSrc;
  if (known?.src === src) return known.pixels;
  const pixels = pixelsOf(img);
  picturePixels.images.set(img, { src, pixels });
  return pixels;
};
// The pixels of a picture in a data address. They are known only later: picturesRead waits for that.
let unread = [];
const pixelsOfAddress = (src) => {
  const { addresses } = picturePixels;
  if (addresses.has(src)) return addresses.get(src);
  addresses.set(src, undefined);
  const img = new Image();
  img.src = src;
  unread.push(img.decode().then(() => addresses.set(src, pixelsOf(img)), () => {}));
};
// Waits for such pictures; whether there were any.
const picturesRead = async () => {
  const all = unread;
  unread = [];
  if (all.length) await Promise.race([Promise.all(all), new Promise((done) => setTimeout(done, 200))]);
  return all.length > 0;
};
const addressIn = (image) => /^url\("(data:image\/[^"]*)"\)$/.exec(image.replace(/\\"/g, '%22'))?.[1];

// Whether a picture that fills the rectangle is opaque at the point.
const opaquePixel = (pixels, { x, y, width, height }, px, py) => {
  const cell = (at, size) => Math.min(cells - 1, Math.max(0, Math.floor(at / size * cells)));
  return pixels[4 * (cell(py - y, height) * cells + cell(px - x, width)) + 3] >= 255 * visibleThrough;
};
const opaqueEverywhere = (pixels) => { for (let i = 3; i < pixels.length; i += 4) if (pixels[i] < 255 * visibleThrough) return false; return true; };
