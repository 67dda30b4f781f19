package trend

import (
	"encoding/json"
	"fmt"
)

// A Daily is how long a step typically took on one day.
type Daily struct {
	Day int64 // since 1970 in UTC
	MS  int64 // the customer's wait in the runs where the step was good: see Median.typical
}

// Days are daily times, oldest first. In JSON they are kept short, as every run writes them: the first day, and then a
// number for every day from it on, -1 for one without runs.
type Days []Daily

// MarshalJSON implements [json.Marshaler].
func (ds Days) MarshalJSON() ([]byte, error) {
	if len(ds) == 0 {
		return []byte("[]"), nil
	}
	short := []int64{ds[0].Day}
	next := ds[0].Day
	for _, d := range ds {
		for ; next < d.Day; next++ {
			short = append(short, -1)
		}
		short = append(short, d.MS)
		next++
	}
	return json.Marshal(short)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (ds *Days) UnmarshalJSON(text []byte) error {
	var short []int64
	if err := json.Unmarshal(text, &short); err != nil {
		return fmt.Errorf("daily times: %w", err)
	}
	*ds = nil
	for i, ms := range short {
		if i > 0 && ms >= 0 {
			*ds = append(*ds, Daily{Day: short[0] + int64(i) - 1, MS: ms})
		}
	}
	return nil
}
