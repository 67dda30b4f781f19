// html: the current document, with its shadow roots in declarative form. find.js precedes it.

const root = documentElement();
if (!root) return '';
const roots = [...all(document)].map(shadow).filter(Boolean);
if (!root.getHTML || !roots.length) return root.outerHTML;
const outer = root.cloneNode(false);
return outer.outerHTML.replace('</html>', () => root.getHTML({ shadowRoots: roots }) + '</html>');
