package alerts

// Nearest is the candidate that somebody who typed a word most likely meant; empty when none is close enough to be worth
// saying: of long words more than a quarter, of short ones more than a letter, would have to change.
func Nearest(typed string, candidates []string) string {
	best, least := "", max(2, len(typed)/4+1)
	for _, c := range candidates {
		if d := distance(typed, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes: the least insertions, deletions and replacements from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
