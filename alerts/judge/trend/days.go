package trend

import (
	"encoding/json"
	"fmt"
)

// A Daily is a step's typical duration on one day.
type Daily struct {
	Day int64 // days since 1970, UTC
	MS  int64 // Median.Typical of the runs in which the step was good, milliseconds
}

// Days are daily times, oldest first. Their JSON is compact, as every run writes it: the first day, then one number for each
// day from it on, -1 for a day without runs.
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
