package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const (
	animals      = `<table><tr><td>Animal Bingo<td>` + button + `<tr><td>Otter Bingo<td>` + button + `</table>`
	sixRows      = `<tr><td>Row 1<td>` + button + `<tr><td>Row 2<td>` + button + `<tr><td>Row 3<td>` + button + `<tr><td>Row 4<td>` + button + `<tr><td>Row 5<td>` + button + `<tr><td>Row 6<td>` + button
	requiredName = `<form onsubmit="return false"><label>Name <input required></label><button>Print</button></form>`
)

// messageRows are failures of which the error must name the cause, and the cure.
var messageRows = map[string]row{
	"two rows with the button": {
		page: animals, want: journey.Failed,
		wantError: `there are 2 of them, in the row "Animal Bingo" and the row "Otter Bingo"; say which one; use browser.Button("Print").Within(browser.Role("row", "Animal Bingo")) or browser.Button("Print").Within(browser.Role("row", "Otter Bingo"))`,
	},
	"the locator that it names": {page: animals, do: click(browser.Button("Print").Within(browser.Role("row", "Otter Bingo"))), want: journey.Passed},
	"two that look alike":       {page: button + button, want: journey.Failed, wantError: `there are 2 of them; say which one; use browser.Button("Print").Nth(1) or browser.Button("Print").Nth(2)`},
	"five that look alike":      {page: button + button + button + button + button, want: journey.Failed, wantError: `there are 5 of them; say which one; use browser.Button("Print").Nth(1), browser.Button("Print").Nth(2), browser.Button("Print").Nth(3) or browser.Button("Print").Nth(4)`},
	"six rows":                  {page: `<table>` + sixRows + `</table>`, want: journey.Failed, wantError: `there are 6 of them, in the row "Row 1", the row "Row 2", the row "Row 3", the row "Row 4" and 2 more; say which one`},
	"in the header and below":   {page: `<header>` + button + `</header><main>` + button + `</main>`, want: journey.Failed, wantError: `there are 2 of them, in the header and the main part; say which one; use browser.Button("Print").Within(browser.Role("banner", "")) or browser.Button("Print").Within(browser.Role("main", ""))`},
	"two sections":              {page: `<section><h2>Cart</h2>` + button + `</section><section aria-label="Later on">` + button + `</section>`, want: journey.Failed, wantError: `in the section "Cart" and the section "Later on"`},
	"one of two hidden":         {page: `<div hidden>` + button + `</div>` + button, want: journey.Passed},
	"it is a tab":               {page: `<div role=tab tabindex=0>Print</div>`, want: journey.Failed, wantError: `there is none; there is a tab "Print"; the page begins with "Print" (at /); use browser.Role("tab", "Print")`},
	"it is a link":              {page: `<a href=/x>Print</a><button>Save</button>`, want: journey.Failed, wantError: `there is a link "Print"; the page begins with "PrintSave" (at /); use browser.Link("Print")`},
	"it is a tab and a link":    {page: `<a href=/x>Print</a><div role=tab tabindex=0>Print</div>`, want: journey.Failed, wantError: `there is a link "Print" and there is a tab "Print"`},
	"it is no control":          {page: `<div>Print</div>`, want: journey.Failed, wantError: `there is a text "Print"; the page begins with "Print" (at /); use browser.Text("Print")`},
	"other buttons":             {page: `<button>Save</button><button>Delete</button>`, want: journey.Failed, wantError: `there is none; it has the buttons "Save" and "Delete"; the page begins with "SaveDelete" (at /)`},
	"the task's own come first": {page: `<nav><button>One</button><button>Two</button></nav><button>Three</button><main><button>Four</button><button>Five</button></main><dialog open><button>Six</button></dialog>`, want: journey.Failed, wantError: `there is none; it has the buttons "Six", "Four", "Five" and "Three"`},
	"a lone list without name":  {page: `<select id="a b" name=plan><option>Free<option>Pro</select>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Field("Plan"), "Pro") }, want: journey.Failed, wantError: `there is none; it has a field without a name; the page begins with "Free" (at /); use browser.CSS("#a\\ b")`},
	"that list": {page: `<select id="a b" name=plan onchange="` + thanks + `"><option>Free<option>Pro</select>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.CSS(`#a\ b`), "Pro")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"icons with test ids":       {page: `<button data-testid=save><svg width=20 height=20><rect width=20 height=20 /></svg></button><button data-testid=share><svg width=20 height=20><rect width=20 height=20 /></svg></button>`, want: journey.Failed, wantError: `there is none; it has 2 buttons without a name; the page has no text; it shows the picture (at /); use browser.TestID("save") or browser.TestID("share")`},
	"a field by its name":       {page: `<input name="user[mail]">`, do: fillIn("E-mail"), want: journey.Failed, wantError: `it has a field without a name; the page has no text; it shows the field (at /); use browser.CSS("input[name=\"user[mail]\"]")`},
	"a field without any mark":  {page: `<p>Search</p><input>`, do: fillIn("E-mail"), want: journey.Failed, wantError: `there is none; it has a field without a name; the page begins with "Search" (at /)`, notError: "use "},
	"no such row":               {page: animals, do: click(browser.Button("Print").Within(browser.Role("row", "Fox"))), want: journey.Failed, wantError: `there is no row "Fox" for it to be in`},
	"the page's alert":          {page: `<div role=alert>Card declined</div><h1>Checkout</h1><button>Pay</button>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page says "Card declined" (at /)`},
	"the alert, once":           {page: `<dialog open role=alertdialog><h2>Sorry</h2><p role=alert class=error>Card declined</p></dialog>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page says "Sorry Card declined" (at /)`},
	"the field's error":         {page: `<label>Card <input aria-invalid=true aria-describedby=e></label><p id=e>The number is too short</p>` + button, do: waitFor("Thanks"), want: journey.Failed, wantError: `there is none; the page says "The number is too short"`},
	"the field's error message": {page: `<label>Card <input aria-invalid=true aria-errormessage=e aria-describedby=h></label><p id=h>As on the card</p><p id=e>The number is too short</p>` + button, do: waitFor("Thanks"), want: journey.Failed, wantError: `there is none; the page says "The number is too short"`},
	"an error by its class":     {page: `<label>Card <input class=is-invalid></label><div class=invalid-feedback>The number is too short</div>` + button, do: waitFor("Thanks"), want: journey.Failed, wantError: `there is none; the page says "The number is too short"`},
	"an error that is hidden":   {page: `<div class=error hidden>The number is too short</div><p>Card</p>`, do: waitFor("Thanks"), want: journey.Failed, wantError: `there is none; the page begins with "Card"`},
	"the browser's own message": {page: requiredName, do: press, want: journey.Failed, wantError: `there is none; the page says "Name: Please fill out this field."`},
	"still there, with a cause": {page: `<p>Saving</p><p role=alert>The disk is full</p>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Saving")) }, want: journey.Failed, wantError: `expected the text "Saving" to go away within 1.5s: it is still there; the page says "The disk is full"`},
	"a near name and a cause":   {page: `<p role=alert>Session expired</p><button>Print it</button>`, want: journey.Failed, wantError: `there is none; the page says "Session expired"; the nearest are "Print it"`},

	// names that contain the wanted one, or that it contains
	"a longer name far away":       {page: `<button>Proceed to the checkout</button><button>Prune</button><button>Print your card and nine copies of it</button>`, want: journey.Failed, wantError: `there is none; the nearest are "Print your card and nine copies of it", "Prune"; use browser.Button("").Containing("Print")`},
	"that locator":                 {page: `<button>Proceed to the checkout</button><button ` + thank + `>Print your card and nine copies of it</button>`, do: click(browser.Button("").Containing("Print")), want: journey.Passed},
	"a name with a number":         {page: `<a href=#>Cart (3)</a>`, do: click(browser.Link("Cart")), want: journey.Failed, wantError: `the nearest are "Cart (3)"; use browser.Link("").Containing("Cart")`},
	"several longer names":         {page: `<button>Print all the cards that you have made today</button><button>Print a card</button>`, want: journey.Failed, wantError: `the nearest are "Print a card", "Print all the cards that you have made today"; use browser.Button("Print a card") or browser.Button("Print all the cards that you have made today")`},
	"a longer name in small":       {page: `<button>Go and print it, now that all is ready</button>`, want: journey.Failed, wantError: `the nearest are "Go and print it, now that all is ready"; use browser.Button("").Containing("print")`},
	"a longer label":               {page: `<label>E-mail address of your school (required) <input></label>`, do: fillIn("E-mail"), want: journey.Failed, wantError: `the nearest are "E-mail address of your school (required)"; use browser.Field("").Containing("E-mail")`},
	"a longer row":                 {page: `<div role=tab tabindex=0>Orders of the last thirty days</div>`, do: click(browser.Role("tab", "Orders")), want: journey.Failed, wantError: `use browser.Role("tab", "").Containing("Orders")`},
	"a shorter name":               {page: `<button>Save</button><button>Log out</button>`, do: click(browser.Button("Save and go on to the next page")), want: journey.Failed, wantError: `the nearest are "Save"; use browser.Button("Save")`},
	"two shorter names":            {page: `<button>Save</button><button>Continue</button>`, do: click(browser.Button("Save and continue")), want: journey.Failed, wantError: `the nearest are "Continue", "Save"; use browser.Button("Continue") or browser.Button("Save")`},
	"a word within a word":         {page: `<button>Bookings and reservations of all your rooms</button>`, do: click(browser.Button("OK")), want: journey.Failed, wantError: `there is none; the page begins with "Bookings`},
	"a short word of the name":     {page: `<button>to</button>`, do: click(browser.Button("Go to the shopping cart")), want: journey.Failed, wantError: `there is none; it has the buttons "to"`},
	"longer in another kind":       {page: `<a href=/x>Print your card and nine copies of it</a>`, want: journey.Failed, wantError: `there is none; there is a link "Print your card and nine copies of it"; the page begins with`},
	"part of it in other capitals": {page: `<button>Go and print it, now that all is ready</button>`, do: click(browser.Button("").Containing("Print")), want: journey.Failed, wantError: `use browser.Button("").Containing("print")`},
	"in a row":                     {page: `<table><tr><td>Otter<td><button>Print it in colour, on thick paper</button></table>`, do: click(browser.Button("Print").Within(browser.Role("row", "Otter"))), want: journey.Failed, wantError: `use browser.Button("").Containing("Print").Within(browser.Role("row", "Otter"))`},
	"a text in other capitals":     {page: `<p>Shop</p><p>THANK YOU for your order</p>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the nearest are "THANK YOU for your order"; use browser.Text("THANK YOU")`},
	"a text that is shorter":       {page: `<p>Shop</p><p>Order placed</p>`, do: waitFor("Order placed, thank you"), want: journey.Failed, wantError: `the nearest are "Order placed"; use browser.Text("Order placed")`},
	"a text that is folded away":   {page: `<details><summary>More</summary>THANK YOU</details>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page begins with "More"`},
	"a text that is cut off":       {page: `<p>Shop</p><div style="height:0;overflow:hidden">THANK YOU</div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page begins with`},
	"a hidden longer name":         {page: `<button hidden>Print your card and nine copies of it</button><button>Save</button>`, want: journey.Failed, wantError: `there is none; it has the buttons "Save"`},
	"names with odd letters":       {page: `<button>İİİ print all</button>`, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: there is none`},
}
