package message_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// spokenError returns how a call says an error.
func spokenError(text string) string {
	i := printDown()
	i.Error = text
	said := message.Content{About: []incident.Incident{i}, Now: alertstest.Start.Add(time.Minute)}.Speech()
	return strings.Join(said[3:], " ")
}

// TestNumbersAloud checks how numbers, units and signs are said: once, and as they are meant.
func TestNumbersAloud(t *testing.T) {
	for written, want := range map[string]string{
		"it took 1,001 ms":                        "It took 1001 milliseconds.",
		"it took 1,000 ms; the limit is 1,050 ms": "It took 1000 milliseconds; the limit is 1050 milliseconds.",
		"12.0456 s":                               "12.05 seconds.",
		"1.0001 s":                                "1 second.",
		"0.0004s":                                 "400 microseconds.",
		"1,005ms":                                 "1.005 seconds.",
		"waited 3:05 min":                         "Waited 3 minutes 5 seconds.",
		"00:05 min":                               "5 seconds.",
		"open at 12:00 h":                         "Open at 12:00 h.",
		"total is 1,234.50 EUR":                   "Total is 1234.50 EUR.",
		"2,050 s":                                 "2050 seconds.",
		"1,5 s":                                   "1.5 seconds.",
		"0,5 s":                                   "0.5 seconds.",
		"100m sprint":                             "100m sprint.",
		"within 5m":                               "Within 5 minutes.",
		"250µs":                                   "250 microseconds.",
		"p95 = 3.2":                               "95th percentile is 3.2.",
		"a 5xx, 503":                              "A 5 hundred, 503.",
		"1 s":                                     "1 second.",
		"1.0 s":                                   "1 second.",
		"0s":                                      "0 seconds.",
		"1h0m0s":                                  "1 hour.",
		"1500ms":                                  "1.5 seconds.",
		"expected 5s but it took 2m3.5s":          "Expected 5 seconds but it took 2 minutes 3.5 seconds.",
		"2.5 MB of 10 MB":                         "2.5 megabytes of 10 megabytes.",
		"-5s":                                     "Minus 5 seconds.",
		"-5 s":                                    "Minus 5 seconds.",
		"+3 s":                                    "Plus 3 seconds.",
		"1e-3 s":                                  "0.001 seconds.",
		"12e3s":                                   "12e3s.",
		"1-2 s":                                   "1 to 2 seconds.",
		"10–20 s":                                 "10 to 20 seconds.",
		"50% of 50 %":                             "50 percent of 50 percent.",
		"version 3.14.15":                         "Version 3.14.15.",
		"got #c9c0":                               "Got #c9c0.",
		"id 550e8400-e29b-41d4-a716-446655440000":        "Id a long id.",
		"at 2026-11-29T04:23:42Z":                        "At 29 November, 04:23 UTC.",
		"see https://shop.example.com/a_b/c-d?x=1#frag.": "See shop.example.com/a b/c-d.",
		"look at https://shop.example.com/":              "Look at shop.example.com.",
		"user_id != null && x <= 3":                      "User id is not null and x at most 3.",
		"a -> b":                                         "A to b.",
		"<b>bold</b>":                                    "B bold b.",
		"why?":                                           "Why?",
		"step failed!":                                   "Step failed!",
		"ends with a colon:":                             "Ends with a colon.",
		"Printing…":                                      "Printing…",
		"5 min, 1 min":                                   "5 minutes, 1 minute.",
		"1 h":                                            "1 hour.",
		"720h0m0s":                                       "30 days.",
		`it says \"no\"`:                                 `It says "no".`,
		"\x1b[31mred\x1b[0m":                             "Red.",
		`\x1b[31mred\x1b[0m`:                             "Red.",
		"10M rows":                                       "10M rows.",
		"5m³":                                            "5 cubic metres.",
	} {
		if got := spokenError(written); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}

// TestZonesAloud checks how zones are said.
func TestZonesAloud(t *testing.T) {
	for name, want := range map[string]string{
		"Etc/GMT+5": "UTC minus 5", "Etc/GMT-10": "UTC plus 10", "Etc/UTC": "UTC", "GMT": "GMT time", "Europe/Berlin": "Berlin time",
		"America/North_Dakota/New_Salem": "New Salem time", "Etc/GMT": "UTC", "Etc/GMT0": "UTC",
	} {
		zone, err := oncall.ParseZone(name)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(message.Content{To: oncall.Person{Zone: zone}, About: []incident.Incident{printDown()}, Now: alertstest.Start}.Speech(), " ")
		if !strings.Contains(said, ", "+want+",") {
			t.Errorf("%s: want %q in %q", name, want, said)
		}
	}
}
