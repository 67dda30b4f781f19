package script

import (
	"embed"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

//go:embed *.js
var sources embed.FS

// shadowed are properties of elements and documents that the page can shadow: a form by the names of its controls, the
// document by the names of its elements. (Those of form controls, such as value, cannot be.)
var shadowed = regexp.MustCompile(`(\w+|\))\??\.(children|firstChild|lastChild|childNodes|nextSibling|previousSibling|parentNode|parentElement|matches|closest|` +
	`getAttribute|hasAttribute|setAttribute|attributes|id|className|classList|localName|tagName|nodeType|nodeName|innerText|textContent|innerHTML|outerHTML|isConnected|` +
	`assignedSlot|shadowRoot|getRootNode|ownerDocument|getBoundingClientRect|getClientRects|querySelector|querySelectorAll|getElementsByTagName|` +
	`getAnimations|checkVisibility|scrollIntoView|scrollTop|scrollLeft|scrollWidth|scrollHeight|clientWidth|clientHeight|clientTop|clientLeft|` +
	`offsetWidth|offsetHeight|offsetParent|focus|style|dataset|hidden|title|lang|dir|contentDocument|dispatchEvent)\b|\bdocument\.\w+`)

// safe are receivers that are neither forms nor documents of the page: copies that the script made, frames, stylesheets.
var safe = regexp.MustCompile(`^(inert|copy|outer|template|range|label|root|rule|n|canvas|img|this|e|media)$`)

// TestPagesCannotShadow checks that every property which a page can shadow is read through dom.js.
func TestPagesCannotShadow(t *testing.T) {
	names, err := fs.Glob(sources, "*.js")
	if err != nil || len(names) < 15 {
		t.Fatalf("%d scripts: %v", len(names), err)
	}
	for _, name := range names {
		src, err := sources.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "dom.js" {
			continue
		}
		for i, line := range strings.Split(string(src), "\n") {
			code, _, _ := strings.Cut(line, "//")
			for _, m := range shadowed.FindAllStringSubmatch(code, -1) {
				if !safe.MatchString(m[1]) {
					t.Errorf("%s:%d: a page can shadow %s; read it through dom.js: read(el, 'children'), call(el, 'matches', '...')", name, i+1, m[0])
				}
			}
		}
	}
	if shadowed.FindString("form.children") == "" || shadowed.FindString("document.body") == "" {
		t.Error("the pattern finds nothing")
	}
}

// TestScriptsDeclareOnce checks that the scripts of a query, which are one function, do not declare a name twice.
func TestScriptsDeclareOnce(t *testing.T) {
	declared := map[string]bool{}
	all := regexp.MustCompile(`(?m)^(?:const|let|function\*?) (\w+)`).FindAllStringSubmatch(Query, -1)
	for _, m := range all {
		if declared[m[1]] {
			t.Errorf("two scripts declare %s", m[1])
		}
		declared[m[1]] = true
	}
	if len(all) < 100 {
		t.Errorf("found only %d declarations", len(all))
	}
}

// declaration matches the declarations of a script outside of its functions.
var declaration = regexp.MustCompile(`(?m)^(?:const|let|function\*?|async function) (\w+)`)

// TestNamesAreUnique checks that the scripts which are joined into one declare no name twice: such a script does not start,
// in any page.
func TestNamesAreUnique(t *testing.T) {
	for name, joined := range map[string]string{
		"Query": Query, "Layout": Layout, "HTML": HTML, "Changes": Changes, "Vitals": Vitals, "ReportPrint": ReportPrint, "FramePoint": FramePoint, "FrameBoxes": FrameBoxes,
	} {
		known := map[string]bool{}
		for _, m := range declaration.FindAllStringSubmatch(joined, -1) {
			if known[m[1]] {
				t.Errorf("%s declares %s twice: rename one of them", name, m[1])
			}
			known[m[1]] = true
		}
		if len(known) == 0 {
			t.Errorf("%s declares nothing: %.200s", name, joined)
		}
	}
}
