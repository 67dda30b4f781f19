// Package regions coordinates several regions: the home region has the table that pages are sent from, and a standby region
// takes over when the home is down.
//
// A probe records its run in the home's table and, where that does not answer within [Patience], in the standby's
// ([Pair.Record]).
//
// The home's pager writes a heartbeat to its table at each turn ([Home.Turn]). The standby's pager reads it at each of its
// own turns ([Standby.Turn]). While the home works, the standby only copies the small states that paging depends on: open
// incidents and acknowledgements. After three minutes without a heartbeat, the standby pages: from the home's table if that
// answers, where two pagers at once are harmless, and otherwise from its own, with that copy and with the runs that probes
// recorded there.
//
// When the home is back, the standby's changes (runs, acknowledgements, mutes, sent pages) are merged into the home's table
// before the home pages from it. Both regions may merge, and may repeat it. At worst one page is sent twice: about the last
// minute before the home went down, which the copy lacks.
package regions

import "time"

// Patience is the timeout for requests to the other region.
const Patience = 5 * time.Second
