package config

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var weeksAndDays = regexp.MustCompile(`^(?:(\d{1,4})w)?(?:(\d{1,4})d)?(.*)$`)

// ParseDuration extends time.ParseDuration by weeks and days of 24 hours before the smaller units: 7d, 1w2d, 1d12h, 90s.
func ParseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("expected a duration such as 90s, 5m, 24h or 7d, got %q", s)
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, fmt.Errorf("%w; say the unit", wrong)
	}
	m := weeksAndDays.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, wrong
	}
	weeks, _ := strconv.Atoi(m[1]) // at most four digits; empty: 0
	days, _ := strconv.Atoi(m[2])
	whole := time.Duration(7*weeks+days) * 24 * time.Hour
	if m[3] == "" {
		return whole, nil
	}
	rest, err := time.ParseDuration(m[3])
	if err != nil || m[3] != s && (rest < 0 || whole+rest < whole) {
		return 0, wrong
	}
	return whole + rest, nil
}
