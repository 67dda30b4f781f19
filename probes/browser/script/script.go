// Package script holds the JavaScript that a tab injects into pages. Every script but one runs in an isolated world named World:
// it shares the page's elements but not its globals, so the page neither sees it nor can interfere with it. The exception is
// printhook.js, which wraps the page's print() and open().
//
// # Life of an action
//
// This is the order in which the scripts run for tab.Click(browser.Button("Print")):
//
//  1. changes.js runs in every document before the page's own scripts. It records when each element got its current state,
//     and where the pointer is; its listeners outlive document.open() (listen.js). vitals.js and printcopy.js (through
//     ReportVitals and ReportPrint) are registered with it.
//  2. Query, one function made of the files of steps 3 to 8, is evaluated in the tab's document and in its frames at once.
//     A document gets the function once and then only the arguments of each query.
//  3. poll.js is its loop: it evaluates the query, and again on each change of the document, until the query is met or the
//     time slice is over. It returns the result with the time since when it holds.
//  4. query.js has the queries by name (click, fill, visible, gone, ...); here queries.click. Those of fields, lists and files
//     are in fill.js and choose.js, which also check that the page has kept the entry, perhaps in a format of its own
//     (format.js); drag.js watches a drop,
//     and seek.js scrolls on where a list draws only the rows in sight.
//  5. find.js locates the elements that the locator means, through open shadow roots and those that shadow.go has found:
//     role.js and name.js compute roles and names, text.js the text that is displayed, and all read the page through dom.js.
//     boxes.js lists the boxes of what an element paints, and visible.js cuts them where ancestors clip them, up to the
//     window: an element with a box that shows somewhere, perhaps after scrolling, can be seen, unless that is transparent,
//     waits for its font, or has the colour of its background (ink.js; where styles leave that in doubt, Tab.isReadable takes a
//     picture of it; pixels.js reads the page's own pictures). cover.js decides whether
//     something opaque lies over it. When there is no element, reason.js describes the page instead, first by what is
//     new on it since the last action (news.js).
//  6. actionable.js checks that the one element is enabled, finds the point to press, and moves the pointer there
//     (valkyriePoint). Only if no point can be pressed, it first scrolls the boxes that a person can scroll.
//  7. stable.js makes sure that the element stays in place, or at least within its own size.
//  8. guard.js listens for the press. Go then dispatches the mouse events; at the first of them the guard checks the hit
//     target, intercepts the press if a person would not press there, and reports either way (valkyrieClicked).
//  9. FramePoint is called on each enclosing frame's element, innermost first, to turn the point into one of the window,
//     unless the frame is covered. Of what an expectation sees in a frame, FrameBoxes tells which parts the parent shows.
//
// An expectation (See, Gone, Read, ...) is steps 1 to 5. When a step fails, layout.js locates the secrets and the target
// for the screenshot, and html.js serializes the document. preattach.js reports the requests of a new window before the tab
// was attached to it.
package script

import (
	_ "embed"
	"regexp"
	"strings"
)

// World is the name of the isolated world in which the scripts run.
const World = "valkyrie"

var (
	//go:embed dom.js
	dom string
	//go:embed listen.js
	listen string
	//go:embed boxes.js
	boxes string
	//go:embed pixels.js
	pixels string
	//go:embed visible.js
	visible string
	//go:embed ink.js
	ink string
	//go:embed cover.js
	cover string
	//go:embed text.js
	text string
	//go:embed role.js
	role string
	//go:embed name.js
	name string
	//go:embed find.js
	find string
	//go:embed news.js
	news string
	//go:embed reason.js
	reason string
	//go:embed actionable.js
	actionable string
	//go:embed stable.js
	stable string
	//go:embed guard.js
	guard string
	//go:embed fill.js
	fill string
	//go:embed format.js
	format string
	//go:embed choose.js
	choose string
	//go:embed drag.js
	drag string
	//go:embed seek.js
	seek string
	//go:embed query.js
	query string
	//go:embed poll.js
	poll string
	//go:embed offers.js
	offers string
	//go:embed life.js
	life string
	//go:embed layout.js
	layout string
	//go:embed html.js
	html string
	//go:embed vitals.js
	vitals string
	//go:embed printcopy.js
	printCopy string
	//go:embed reportprint.js
	reportPrint string
	//go:embed printhook.js
	printHook string

	//go:embed changes.js
	changes string
	// PreAttach evaluates to the requests that the document's own timings report.
	//go:embed preattach.js
	PreAttach string
)

// locate are the functions that find elements by what a person sees, and say why there is none.
var locate = "const blended = '" + Blended + "';\n" + dom + boxes + pixels + ink + visible + cover + text + role + name + find + news + reason

var (
	// Changes records, from a document's start, when each of its parts changed.
	Changes = "(() => {\n" + dom + listen + changes + "})()"
	// Query is async (query, sliceMS) => result.
	Query = compact("async (query, sliceMS) => {\n" + locate + listen + stable + actionable + guard + fill + format + choose + drag + seek + query + poll + "}")
	// Element is (query) => the one visible element that the locator means.
	Element = "(query) => {\n" + locate + actionable + seek + "const { el, why } = unique(query.target);\nif (!el) throw new Error(why);\nreturn el;\n}"
	// Offers is () => {offers, more}: what a person can act on or read in the document now.
	Offers = compact("() => {\nconst query = { op: 'offers', target: {} };\n" + locate + listen + stable + actionable + guard + fill + format + choose + drag + seek + offers + "return listOffers();\n}")
	// Shown is (targets) => which of the locators show something in the document.
	Shown = "(targets) => {\nconst query = { op: 'shows', target: {} };\n" + locate + "return targets.map((t) => find(t).some((el) => isSeen(el, t)));\n}"
	// FrameLocator is a method of a frame's element: () => {target}, a locator that means this frame alone, or {why} there is none.
	FrameLocator = "function() {\nconst query = { op: 'shows', target: {} };\n" + locate + frameLocator + "}"
	// Life follows, in the page's own world, the changes that its scripts may still make; MayChange asks it, (ms) => why.
	Life      = "(() => {\n" + life + "})()"
	MayChange = "(ms) => globalThis[Symbol.for('valkyrie')]?.(ms) ?? 'it was there before its timers could be followed'"
	// Still is () => {why, ms}: why the document may change though its scripts do nothing, and for how long it has not changed.
	Still = "() => {\n" + dom + still + "}"
	// Layout is (secrets, query) => picture.Layout.
	Layout = "(secrets, query) => {\n" + locate + layout + "}"
	// Secrets is (secrets, null) => picture.Layout: Layout for no query, at a tenth of its size.
	Secrets = "(secrets, query) => {\n" + dom + layout + "}"
	// HTML evaluates to the document with its shadow roots.
	HTML = "(() => {\n" + dom + html + "})()"
	// Vitals evaluates to the document's web vitals so far.
	Vitals = "(() => {\n" + vitals + "return vitals();\n})()"
	// ReportVitals reports them (valkyrieVitals) whenever they change.
	ReportVitals = vitals + reportVitals
	// ReportPrint reports window.print() by the binding valkyriePrinted: see reportprint.js. A window may close right after it, so
	// ReportWindowPrint reports a copy of its page too.
	ReportPrint       = "(() => {\n" + dom + listen + printCopy + "const mayClose = false;\n" + reportPrint + "})()"
	ReportWindowPrint = strings.Replace(ReportPrint, "mayClose = false", "mayClose = true", 1)
	// PrintHook is for the page's own world: it makes ReportPrint notice a print() right after a document.open(), and one in a window
	// that the page has just opened. Chrome attributes what these calls report to HookURL.
	PrintHook = printHook + "//# sourceURL=" + HookURL
	// FramePoint is a method of a frame's element: (x, y) of a point inside the frame => {x, y} in the parent, or {why}.
	FramePoint = "function(x, y) {\n" + locate + actionable + toParent + framePoint + "}"
	// FrameBoxes is a method of a frame's element: (boxes) of what is seen in the frame => {boxes} of those that are seen in the
	// parent too, or {why} there are none.
	FrameBoxes = "function(boxes) {\n" + locate + actionable + toParent + frameBoxes + "}"
	// FrameWithin is a method of a frame's element: (target) of an outer locator => {ok} if the frame is within it.
	FrameWithin = "function(target) {\n" + locate + "return { ok: find(target).some((o) => isVisible(o) && isWithin(this, o)) };\n}"
)

// commentLine is a line of a comment, which no string of the scripts has.
var commentLine = regexp.MustCompile(`(?m)^\s*//.*\n`)

// compact leaves the comments out of a script, which every document gets.
func compact(script string) string { return commentLine.ReplaceAllString(script, "") }

// reportVitals makes a document report its vitals whenever they change, at most a few dozen times: a page may come and go
// within a step, and a report sent while it unloads does not arrive.
const reportVitals = `if (self === top) {
	let left = 40;
	const report = () => { try { if (left-- > 0) globalThis.valkyrieVitals?.(JSON.stringify(vitals())); } catch {} };
	globalThis.valkyrieInteractions = [];
	globalThis.valkyrieInteractionObserver = new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.interactionId && valkyrieInteractions.length < 1000) valkyrieInteractions.push(e); report(); });
	valkyrieInteractionObserver.observe({ type: 'event', durationThreshold: 16, buffered: true });
	for (const type of ['largest-contentful-paint', 'layout-shift']) new PerformanceObserver(report).observe({ type, buffered: true });
	addEventListener('load', () => setTimeout(report));
}`

// toParent converts a point of a frame to one of its parent, through the frame's turns and scales.
const toParent = `
	const inParent = (frame, x, y) => {
		let m = new DOMMatrix();
		for (let n = frame; n; n = parentOf(n)) if (n instanceof Element) m = turned(styleOf(n)).multiply(m);
		const r = rect(frame), { css } = styleOf(frame), px = (v) => parseFloat(v) || 0, w = read(frame, 'offsetWidth'), h = read(frame, 'offsetHeight');
		const dx = read(frame, 'clientLeft') + px(css.paddingLeft) + x - w / 2, dy = read(frame, 'clientTop') + px(css.paddingTop) + y - h / 2;
		const k = r.width / (Math.abs(m.a) * w + Math.abs(m.c) * h) || 1;
		return { x: r.x + r.width / 2 + (m.a * dx + m.c * dy) * k, y: r.y + r.height / 2 + (m.b * dx + m.d * dy) * k };
	};
	const hiddenFrame = '` + HiddenFrame + `';
`

// HookURL is the address of PrintHook in Chrome's messages.
const HookURL = "valkyrie-print-hook.js"

// HiddenFrame is why an element cannot be seen or pressed when the parent hides its frame.
const HiddenFrame = "the frame that holds it is not visible"

// Blended is why a text cannot be seen that a picture shows in the colour of its background.
const Blended = "it is there, but not visible: its text has the colour of its background"

const framePoint = `
	const why = hiddenReason(this);
	if (why) return { why: hiddenFrame };
	const point = () => { const p = inParent(this, x, y); return { ...p, left: p.x, right: p.x, top: p.y, bottom: p.y }; };
	let at = point(), top = deepest(at.x, at.y);
	if (top !== this) {
		reveal(this, top, point);
		at = point();
		top = deepest(at.x, at.y);
	}
	if (!top) return { why: 'it is outside of the window' };
	if (contains(top, this) && top !== this && styleOf(this).css.pointerEvents === 'none') return { why: 'its frame takes no clicks (pointer-events: none)' };
	return contains(this, top) ? { x: at.x, y: at.y } : { why: 'it is covered by ' + describe(coverRoot(top, this, at.x, at.y)) };
`

const still = `
	const why = () => {
		if (readyState() !== 'complete') return 'it is still loading';
		if (queryAll(document, 'meta[http-equiv=refresh i]').length) return 'it reloads itself';
		if (navigator.serviceWorker?.controller) return 'it has a service worker';
		if (queryAll(document, 'animate,set,animateTransform,animateMotion').length) return 'a drawing of it moves';
		if (queryAll(document, 'video,audio').some((media) => !media.paused)) return 'it plays something';
		const seek = globalThis.valkyrieSeek; // see seek.js
		if (seek && seek.rounds < 2 && clock() - Math.max(seek.at, seek.endAt) < 1500) return 'the step still scrolls through it';
		return animations().some((a) => a.playState === 'running' && a.effect?.getComputedTiming().iterations !== Infinity) ? 'an animation of it runs' : '';
	};
	return { why: why(), ms: clock() - Math.max(performance.timeOrigin, globalThis.valkyrieChanges?.last || 0) };
`

const frameLocator = `
	const named = name(this), id = attribute(this, 'id'), only = (t) => { const found = find(t).filter(isVisible); return found.length === 1 && found[0] === this; };
	const targets = [named && { by: 'frame', value: named }, id && { by: 'css', value: '#' + CSS.escape(id) }].filter(Boolean);
	for (const t of [{ by: 'frame', value: named }]) targets.push({ ...t, nth: 1 + find(t).filter(isVisible).indexOf(this) });
	const target = targets.find(only);
	return target ? { target } : { why: 'no locator means this frame alone' };
`

const frameBoxes = `
	if (hiddenReason(this)) return { why: hiddenFrame };
	let why = '';
	const shown = [];
	for (const b of boxes) {
		const p = inParent(this, b.x, b.y), q = inParent(this, b.right, b.bottom), r = new DOMRect(Math.min(p.x, q.x), Math.min(p.y, q.y), Math.abs(q.x - p.x), Math.abs(q.y - p.y));
		const cut = clipped(this, r, b.text, this), cover = cut.box && (cut.moved ? coverOfWindow(this) : coverOfBox({ by: this, text: b.text }, cut.box));
		if (cut.why || cover) why ||= cut.why || 'it is there, but covered by ' + describe(cover);
		else shown.push({ ...cut.box, text: b.text, moved: b.moved || cut.moved });
	}
	return shown.length ? { boxes: shown } : { why };
`

// KeepShadowRoot is a method of a closed shadow root: it stores the root for find.js, and returns whether it was unknown.
const KeepShadowRoot = `function() {
	const known = globalThis.valkyrieClosedRoots ??= new WeakMap();
	if (known.get(this.host) === this) return false;
	if (globalThis.valkyrieWakes) valkyrieWakes.events++;
	return !!known.set(this.host, this);
}`

// KeepRole is a method of a custom element: it stores the role and the name that the browser has for it, for role.js, and returns
// whether they were unknown.
const KeepRole = `function(role, name) {
	const known = globalThis.valkyrieRoles ??= new WeakMap(), is = known.get(this);
	if (is ? is.role === role && is.name === name : role === 'generic' || role === 'none') return false;
	if (globalThis.valkyrieWakes) valkyrieWakes.events++;
	known.set(this, { role, name });
	return true;
}`

// KeepFileInput is a method of a file field that a chooser was opened for: it stores the field for choose.js.
const KeepFileInput = `function() {
	const file = globalThis.valkyrieFile = { el: this, at: 0 };
	for (const e of ['input', 'change']) this.addEventListener(e, () => { file.at ||= performance.timeOrigin + performance.now(); }, { capture: true, once: true });
}`

// PressPath is a method of an element, in the page's own world: it returns the nodes that an event of a press passes.
const PressPath = `function() {
	const path = [window, document];
	for (let n = this; n && path.length < 100; n = n.assignedSlot || n.parentNode || n.host) path.push(n);
	return path;
}`

// UserAgentHints evaluates to what Chrome sends in the Sec-CH-UA headers.
const UserAgentHints = "navigator.userAgentData.getHighEntropyValues(['architecture','bitness','formFactors','fullVersionList','model','platformVersion','wow64'])"
