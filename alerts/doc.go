// Package alerts decides when a person is woken, with which words, and makes sure that a person really was.
//
// Judging folds runs into incidents, and a route folds incidents, the carrier's reports and key presses into pages. Both are
// pure, and each changes under one conditional write; what has to be sent is in the same write as the reason for it.
//
//	INCIDENT  open -a page is accepted-> notified -key 4-> acknowledged
//	          any -good runs-> resolved (told only to those who were paged) -fails again within the window-> the same, open
//	PAGE      planned -claim (a lease)-> claimed -the carrier took it-> accepted -its callbacks-> ended
//	          claimed -certainly not sent-> planned, a little later     claimed -refused-> ended, the next one now
//	          claimed -no answer, or the lease ran out-> unknown -a callback, or found by listing-> accepted
//	          unknown -45 s and neither-> planned, once more            planned -nobody needs it any more-> cancelled
package alerts
