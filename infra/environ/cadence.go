package environ

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errCadence = errors.New(`a time between slots from 1 second to 1 day, such as "1 minute", "5 minutes" or "1m"`)

// Cadence parses the time between slots: the argument of rate(5 minutes), or a Go duration.
func Cadence(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if number, unit, ok := strings.Cut(text, " "); ok {
		n, bad := strconv.Atoi(number)
		units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
		d, err = time.Duration(n)*units[strings.TrimSuffix(unit, "s")], bad
	}
	if err != nil || d < time.Second || d > 24*time.Hour {
		return 0, errCadence
	}
	return d, nil
}
