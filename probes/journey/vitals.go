package journey

// Vitals are how one document felt: Google's web vitals, as far as they were to be had when the tab left it, or when
// the run ended. 0 means: not observed.
type Vitals struct {
	Step   string  `json:"step"` // in which it opened
	URL    string  `json:"url"`
	TTFBMS int64   `json:"ttfb_ms"` // until the first byte of the document came
	FCPMS  int64   `json:"fcp_ms"`  // until something was painted
	LCPMS  int64   `json:"lcp_ms"`  // until the largest thing was
	CLS    float64 `json:"cls"`     // how much the layout shifted by itself: the worst burst
	INPMS  int64   `json:"inp_ms"`  // the slowest answer to an act of the customer, to the next 8 ms; those under 16 ms do not count
}

// A Waterfall is where a step's time went, in milliseconds. Requests run side by side, so each moment is counted once:
// for the document's request if it was under way, else for a script's own, else for another; and when none was, for
// the page's scripts or for nothing at all.
type Waterfall struct {
	QueueMS     int64 `json:"queue_ms"` // waiting for a free connection, or for another request
	DNSMS       int64 `json:"dns_ms"`
	ConnectMS   int64 `json:"connect_ms"`
	TLSMS       int64 `json:"tls_ms"`
	FirstByteMS int64 `json:"first_byte_ms"` // asking, and waiting for the answer to begin
	DownloadMS  int64 `json:"download_ms"`
	ScriptMS    int64 `json:"script_ms"` // no request, and the page was busy: scripts, layout, painting
	IdleMS      int64 `json:"idle_ms"`   // no request, and the page rested: timers, and our own hands
}
