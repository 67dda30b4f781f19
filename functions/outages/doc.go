// Package outages plays the outages that this suite was made for, and looks whether the right person was told, in time,
// and in the right words; and, beside each, something harmless that must not wake anybody.
//
// Nothing in it knows how a story ends: the practice shop breaks the mechanism that broke in the real outage, the shipped
// probes go through it, and the judge, the store, the pager and the stand-in phone do what they always do, all by one
// policy file. What happens in a browser is played live, in Chrome. What takes weeks is played by the probes that need no
// browser, on a simulated clock, on which each wait is as long as the shop made it.
package outages
