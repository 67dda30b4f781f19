// Package outages plays the outages that this suite was built for, and checks that the right person is notified, in time
// and in the right words; beside each it plays a harmless event that must wake no one.
//
// The scenario's outcome is not scripted: the practice shop breaks the mechanism that broke in the real outage, the shipped
// probes run against it, and the judge, the store, the pager and the stand-in phone work as deployed, under one policy
// file. Browser scenarios are played live, in Chrome. Scenarios that take weeks are played by the probes without a browser,
// on a simulated clock on which each wait takes as long as the shop made it.
package outages
