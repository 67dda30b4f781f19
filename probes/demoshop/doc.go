// Package demoshop is the shop that the suite practises on: "Bingo & Co", bingo cards for teachers.
//
// A monitor that has never seen an outage is a hope, not a monitor. The shop is a real, small web application with
// background workers, a cache and an order-number pool, and every one of them can be broken the way it was broken in
// a real outage. A fault never returns a canned error: it stops the workers, takes the cache away or fills the pool,
// and the symptoms follow by themselves. That includes the misleading ones: while Print is dead, Preview works and
// /healthz says ok.
//
// The shop keeps everything in memory and bounds it. It imports nothing else from this module.
package demoshop
