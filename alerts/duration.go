package alerts

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var daysAndWeeks = regexp.MustCompile(`^(\d{1,4})([dw])`)

// ParseDuration is time.ParseDuration with days, of 24 hours, and weeks before the smaller units: 7d, 1w2d, 1d12h, 90s.
func ParseDuration(s string) (time.Duration, error) {
	var sum time.Duration
	rest := s
	for m := daysAndWeeks.FindStringSubmatch(rest); m != nil; m = daysAndWeeks.FindStringSubmatch(rest) {
		n, _ := strconv.Atoi(m[1])
		days := map[string]int{"d": 1, "w": 7}[m[2]]
		sum += time.Duration(n*days) * 24 * time.Hour
		rest = rest[len(m[0]):]
	}
	if rest == "" && s != "" {
		return sum, nil
	}
	d, err := time.ParseDuration(rest)
	_, number := strconv.ParseFloat(s, 64)
	switch {
	case number == nil:
		return 0, fmt.Errorf("expected a duration such as 90s, 5m, 24h or 7d, got %q; say the unit", s)
	case err != nil || sum > 0 && d < 0:
		return 0, fmt.Errorf("expected a duration such as 90s, 5m, 24h or 7d, got %q", s)
	}
	return sum + d, nil
}
