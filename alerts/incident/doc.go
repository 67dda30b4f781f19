// Package incident defines what judging and paging exchange: an Incident, the Pages sent about it, and the Record that
// history keeps; and the small interfaces of the store that holds them. It decides nothing, so that judge, oncall, message
// and paging can share it without knowing each other.
//
// The states of an incident and of a page, and what moves them:
//
//	INCIDENT  open -a page is accepted-> notified -key 4-> acknowledged
//	          any -good runs-> resolved (reported only to those who were paged) -fails again in time-> the same incident, open
//	PAGE      planned -claim (a lease)-> claimed -accepted by the provider-> accepted -its callbacks-> ended
//	          claimed -certainly not sent-> planned, a little later      claimed -refused-> ended, the next person at once
//	          claimed -no answer, or the lease expired-> unknown -a callback, or found by listing-> accepted
//	          unknown -45 s and neither-> planned, once more             planned -no longer needed-> cancelled
package incident
