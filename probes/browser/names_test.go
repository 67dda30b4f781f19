package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// namedElements are elements of which Chrome computes the names, too. Left out is where Chrome departs from the standards: a
// hidden label names its field, and a caption its figure.
var namedElements = []string{
	`<button data-t>Print</button>`,
	`<button data-t aria-label="Print it">x</button>`,
	`<button data-t title="Print it"></button>`,
	`<button data-t title="more">Print</button>`,
	`<button data-t><img alt="Print" src="data:,"></button>`,
	`<button data-t>Print <img alt="a card" src="data:,"></button>`,
	`<button data-t><svg role=img aria-label="Print"><rect width=9 height=9 /></svg></button>`,
	`<button data-t><svg><title>Print</title><rect width=9 height=9 /></svg></button>`,
	`<button data-t>Print<span hidden> later</span></button>`,
	`<button data-t>Print<span aria-hidden=true> later</span></button>`,
	`<button data-t>Print<span style="visibility:hidden"> later</span></button>`,
	`<button data-t><i class=material-icons aria-hidden=true>print</i>Print</button>`,
	`<button data-t><style>b{color:red}</style><b>Print</b><script>1</script></button>`,
	`<button data-t>Pr<b>in</b>t</button>`,
	`<button data-t><div>Print</div><div>a card</div></button>`,
	`<button data-t>Print<br>a card</button>`,
	`<button data-t>Print <input aria-label="copies" value="3"> copies</button>`,
	`<button data-t>Print <select><option>one<option selected>two</select> copies</button>`,
	`<button data-t>Print <span role=slider aria-valuenow=7 aria-label=n></span> copies</button>`,
	`<span id=a>Print</span><button data-t aria-labelledby=a>x</button>`,
	`<span id=b hidden>Print</span><button data-t aria-labelledby=b>x</button>`,
	`<span id=c>Print</span><span id=d>Animal Bingo</span><button data-t aria-labelledby="c d">x</button>`,
	`<h2 id=e>Animal Bingo</h2><button id=f data-t aria-label=Delete aria-labelledby="f e"></button>`,
	`<button data-t aria-labelledby="missing">Print</button>`,
	`<button data-t aria-label=" ">Print</button>`,
	`<style>.g::before{content:"Print "}.g::after{content:attr(data-x)}</style><button data-t class=g data-x=" all">now</button>`,
	`<style>.h::before{content:"Print"}</style><button data-t class=h></button>`,
	`<input data-t type=submit>`,
	`<input data-t type=reset>`,
	`<input data-t type=submit value="Place order">`,
	`<input data-t type=button value="Print">`,
	`<input data-t type=image alt="Print" src="data:,">`,
	`<input data-t type=image src="data:,">`,
	`<input data-t type=image title="Print" src="data:,">`,
	`<label>Title <input data-t></label>`,
	`<label for=i>Title</label><input data-t id=i>`,
	`<label for=j>First</label><label for=j>Second</label><input data-t id=j>`,
	`<label>Title <span hidden>(required)</span><input data-t></label>`,
	`<label>Title <span aria-hidden=true>*</span><input data-t></label>`,
	`<label>Print <input value=3> copies of <input data-t type=checkbox> it</label>`,
	`<label>Colour <select data-t><option>red<option>blue</select></label>`,
	`<label aria-label="Card title">Title <input data-t></label>`,
	`<input data-t placeholder="Search">`,
	`<input data-t placeholder="Search" title="Find a card">`,
	`<input data-t aria-label="Find" placeholder="Search">`,
	`<textarea data-t placeholder="Words"></textarea>`,
	`<div data-t contenteditable aria-label="Text">old</div>`,
	`<a data-t href="/x">Print</a>`,
	`<a data-t href="/x"><img alt="Print" src="data:,"></a>`,
	`<a data-t href="/x" title="Print"></a>`,
	`<svg width=99 height=30><a data-t href="/x"><text y=20>Print</text></a></svg>`,
	`<svg data-t role=img width=9 height=9><title>Orders</title></svg>`,
	`<img data-t alt="Orders" src="data:,">`,
	`<img data-t title="Orders" src="data:,">`,
	`<fieldset data-t><legend>Address</legend><input></fieldset>`,
	`<table data-t><caption>Orders</caption><tr><td>1</table>`,
	`<h2 data-t>Orders <small>today</small></h2>`,
	`<div data-t role=heading aria-level=2>Orders</div>`,
	`<div data-t role=tab>Orders</div>`,
	`<div data-t role=switch aria-checked=false>Sound</div>`,
	`<div role=menu><div data-t role=menuitem>Print</div></div>`,
	`<details><summary data-t>More</summary>x</details>`,
	`<section data-t aria-label="Cart">x</section>`,
	`<nav data-t aria-labelledby=l><h2 id=l>Menu</h2></nav>`,
	`<dialog data-t open aria-labelledby=m><h2 id=m>Sure?</h2></dialog>`,
	`<table><tr><td data-t>Animal <b>Bingo</b></table>`,
	`<x-n><button data-t>a<span>b</span></button></x-n>`,
	`<button data-t>Prin&shy;t</button>`,
	`<button data-t>Print&nbsp;now</button>`,
	`<button data-t><span>Print</span><span>now</span></button>`,
	`<button data-t><span style="display:inline-block">Print</span><span style="display:inline-block">now</span></button>`,
	`<button data-t><span role=none>Print</span></button>`,
	`<button data-t style="text-transform:uppercase">Print</button>`,
	`<button data-t><x-i><template shadowrootmode=open>Print</template></x-i></button>`,
	`<button data-t><x-i><template shadowrootmode=open>Print <slot></slot></template>now</x-i></button>`,
	`<button data-t><x-i><template shadowrootmode=open><b>Print</b></template>never shown</x-i></button>`,
}

// TestAccessibleNames compares the names that name.js computes with Chrome's own.
func TestAccessibleNames(t *testing.T) {
	var functions strings.Builder
	for _, file := range []string{"dom", "visible", "text", "role", "name"} {
		src, err := os.ReadFile("script/" + file + ".js")
		if err != nil {
			t.Fatal(err)
		}
		functions.Write(src)
	}
	var page strings.Builder
	for i, html := range namedElements {
		fmt.Fprintf(&page, "<div>%s</div>", strings.Replace(html, "data-t", fmt.Sprintf("data-t=%d", i), 1))
	}
	tab := browser.NewTab()
	run := play(t, serve(t, map[string]string{"/": page.String()}, nil), tab, journey.Step{Name: "compare", Limit: 20 * time.Second, Do: func(s *journey.T) {
		tab.Visit("/")
		tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			for i, html := range namedElements {
				el := fmt.Sprintf("document.querySelector('[data-t=\"%d\"]')", i)
				ours, err := chromedp.Evaluate[[]string]("(() => {\n"+functions.String()+"return [...accessibleNames("+el+")];})()")(ctx, target)
				if err != nil {
					return err
				}
				chromes, err := axName(ctx, target, el)
				if err != nil {
					return fmt.Errorf("%s: %w", html, err)
				}
				if !slices.Contains(ours, chromes) {
					t.Errorf("%s has the names %q, by Chrome %q", html, ours, chromes)
				}
			}
			return nil
		}))
	}})
	if run.Outcome != journey.Passed {
		t.Error(run.Error)
	}
}

// axName is the name of an element in Chrome's accessibility tree.
func axName(ctx context.Context, target *chromedp.Target, el string) (string, error) {
	res, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: el})
	if err != nil {
		return "", err
	}
	no := false
	tree, err := cdp.Call(ctx, target, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: res.Result.ObjectID, FetchRelatives: &no})
	if err != nil || len(tree.Nodes) == 0 || tree.Nodes[0].Name == nil {
		return "", err
	}
	var name string
	err = json.Unmarshal(tree.Nodes[0].Name.Value, &name)
	name = strings.ReplaceAll(name, "\u00ad", "") // a soft hyphen is not seen
	return strings.Join(strings.Fields(name), " "), err
}
