package demoshop

// Nearest returns the candidate that a typing person most likely meant, or "" when none is close enough to be worth
// saying: more than a third of the letters would have to change.
func Nearest(typed string, candidates []string) string {
	best, bestDistance := "", len(typed)/3+1
	for _, c := range candidates {
		if d := editDistance(typed, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes: the least insertions, deletions and replacements from a to b.
func editDistance(a, b string) int {
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
