package main

import "time"

// zones are those under which each date is tried: no summer time, and one zone on each hemisphere with it. Auckland is up to
// 13 hours ahead of UTC, where it is another day for half of each.
var zones = []string{"UTC", "America/New_York", "Pacific/Auckland"}

// days are the dates that are tried, in UTC. All are after 2026: stored times must not be expired, as a table removes
// expired items by the real clock.
var days = []string{
	// A week, at all times of day.
	"2027-06-07T00:00:30Z", "2027-06-08T03:30:00Z", "2027-06-09T07:15:00Z", "2027-06-10T11:59:30Z", "2027-06-11T16:00:00Z", "2027-06-12T20:45:00Z", "2027-06-13T23:59:30Z",
	// The ends of all months.
	"2027-01-31T23:59:30Z", "2027-02-28T12:00:00Z", "2027-03-31T05:00:00Z", "2027-04-30T23:00:00Z", "2027-05-31T11:30:00Z", "2027-06-30T18:00:00Z",
	"2027-07-31T22:00:00Z", "2027-08-31T10:00:00Z", "2027-09-30T23:59:45Z", "2027-10-31T12:30:00Z", "2027-11-30T04:00:00Z",
	// The ends and beginnings of years, with those of a year of 53 weeks.
	"2026-12-31T23:59:30Z", "2027-01-01T00:00:30Z", "2027-12-31T10:59:30Z", "2028-01-01T04:59:30Z", "2032-12-31T12:00:00Z", "2033-01-02T12:00:00Z",
	// Leap days, and the days beside one.
	"2028-02-28T23:59:30Z", "2028-02-29T12:00:00Z", "2028-03-01T00:00:30Z", "2032-02-29T23:59:30Z",
	// Clock changes in Europe, New York and Auckland: just before, and in the hour that occurs twice.
	"2027-03-28T00:59:30Z", "2027-03-28T01:30:00Z", "2027-10-31T00:59:30Z", "2027-10-31T01:30:00Z",
	"2027-03-14T06:59:30Z", "2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z",
	"2027-04-03T13:30:00Z", "2027-04-03T14:30:00Z", "2027-09-25T13:59:30Z",
	// The end of 32-bit seconds.
	"2038-01-19T03:13:30Z", "2038-01-19T12:00:00Z",
}

func mustDay(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err) // the list above
	}
	return t
}
