// The document as it is, with what its shadow roots hold in declarative form. find.js stands before it.

const root = document.documentElement;
if (!root) return '';
const roots = [...all(document)].map(shadow).filter(Boolean);
if (!root.getHTML || !roots.length) return root.outerHTML;
return root.cloneNode(false).outerHTML.replace('</html>', () => root.getHTML({ shadowRoots: roots }) + '</html>');
