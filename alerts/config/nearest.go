package config

import "fmt"

// Nearest returns the candidate closest to a typed word, for "did you mean"; empty if more than a quarter of a long word, or
// more than one letter of a short one, would have to change.
func Nearest(typed string, candidates []string) string {
	best, least := "", max(2, len(typed)/4+1)
	for _, c := range candidates {
		if d := distance(typed, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// didYouMean returns the question that suggests a candidate, such as ` did you mean "print-card"?`; empty without one.
func didYouMean(nearest string) string {
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" did you mean %q?", nearest)
}

// distance returns the optimal string alignment distance of a and b, in bytes: the least number of insertions, deletions,
// replacements and swaps of neighbours.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
