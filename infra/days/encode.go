package days

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// format is the first byte of an encoded day. A change of the sums, such as of [Covers], needs another one.
const format = 1

// ErrFormat is returned for the encoding of another version: the day is to be added up anew.
var ErrFormat = errors.New("a day of another version")

// MarshalBinary encodes the day without its journey and its date. Times are relative to the date.
func (d Day) MarshalBinary() ([]byte, error) {
	data := []byte{format}
	put := func(values ...int64) {
		for _, v := range values {
			data = binary.AppendVarint(data, v)
		}
	}
	putDistribution := func(of Distribution) {
		put(int64(len(of.buckets)))
		before := 0
		for _, b := range of.buckets {
			put(int64(b.index-before), b.count)
			before = b.index
		}
	}
	put(d.Runs, d.Good, d.Flaky, d.EveryMS)
	latest := int64(-1)
	if !d.Latest.IsZero() {
		latest = int64(d.Latest.Sub(d.Date))
	}
	put(latest, int64(len(d.Covered)))
	for _, c := range d.Covered {
		put(int64(c.From.Sub(d.Date)), int64(c.Until.Sub(c.From)))
	}
	putDistribution(d.Durations)
	put(int64(len(d.Steps)))
	for _, name := range slices.Sorted(maps.Keys(d.Steps)) {
		put(int64(len(name)))
		data = append(data, name...)
		putDistribution(d.Steps[name])
	}
	return data, nil
}

// UnmarshalBinary decodes a day whose journey and date are set. It returns ErrFormat if it cannot.
func (d *Day) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != format {
		return ErrFormat
	}
	r := reader{rest: data[1:]}
	d.Runs, d.Good, d.Flaky, d.EveryMS = r.number(), r.number(), r.number(), r.number()
	if latest := r.number(); latest >= 0 {
		d.Latest = d.Date.Add(time.Duration(latest))
	}
	for range r.length() {
		from := d.Date.Add(time.Duration(r.number()))
		d.Covered = append(d.Covered, incident.Period{From: from, Until: from.Add(time.Duration(r.number()))})
	}
	d.Durations = r.distribution()
	steps := r.length()
	if steps > 0 {
		d.Steps = make(map[string]Distribution, steps)
	}
	for range steps {
		name := r.text()
		d.Steps[name] = r.distribution()
	}
	if r.bad || len(r.rest) > 0 {
		return ErrFormat
	}
	return nil
}

// A reader decodes numbers, until it is bad.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) number() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// length returns the number of elements that follow, each of which has a byte at least.
func (r *reader) length() int {
	n := r.number()
	if n < 0 || n > int64(len(r.rest)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.length()
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}

func (r *reader) distribution() (d Distribution) {
	n := r.length()
	if n > 0 {
		d.buckets = make([]bucket, n)
	}
	before := 0
	for i := range d.buckets {
		before += int(r.number())
		d.buckets[i] = bucket{before, r.number()}
	}
	return d
}
