// Package regions makes several regions watch over one another: the home region has the table from which people are paged,
// and a standby region steps in when the home cannot.
//
// A probe brings its run to the home's table, and where that does not answer within [Patience], to the standby's
// ([Pair.Record]).
//
// The home's pager leaves a heartbeat in its table at each turn ([Home.Turn]). The standby's pager looks for it at each of
// its own ([Standby.Turn]). While the home is at work, the standby only keeps a copy of the small states by which people are
// paged, so that it would know which incidents are open, and who has acknowledged. When the home's pager has been silent for
// three minutes, the standby pages: from the home's table if that answers, where two pagers at once do no harm, and else
// from its own, with that copy and with the runs that were brought there.
//
// When the home is back, what the standby has done is joined into the home's table before anybody is paged from there:
// runs, acknowledgements, mutes, and what was sent. Both may do it, and do it twice. At worst somebody is paged once too
// often: about what happened in the last minute before the home went, of which the copy does not know.
package regions

import "time"

// Patience is how long the other region may take to answer.
const Patience = 5 * time.Second
