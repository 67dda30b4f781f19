package days

import "math/bits"

// The buckets follow HdrHistogram: subBuckets of them to each doubling, from exact milliseconds on.
const (
	subBits    = 6
	subBuckets = 1 << subBits
)

// bucketOf returns the index of a duration's bucket. Indices grow with the durations.
func bucketOf(ms int64) int {
	ms = max(ms, 0)
	shift := max(0, bits.Len64(uint64(ms))-subBits-1)
	return shift<<subBits + int(ms>>shift)
}

// middleOf returns the duration for which a bucket stands.
func middleOf(index int) int64 {
	if index < 2*subBuckets {
		return int64(index)
	}
	shift := index>>subBits - 1
	return int64(index-shift<<subBits)<<shift + 1<<shift/2
}
