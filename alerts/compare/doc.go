// Package compare plays made-up outages and healthy months, and judges each by the shipped policy and by four simple ones
// that monitoring services offer: how many outages each policy finds, how soon, with how many messages, and how often it
// calls about nothing.
//
// Only the runs are made up; judging and paging are the real ones. The same seed gives the same runs.
package compare
