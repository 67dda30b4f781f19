package demoshop

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	cardSide   = 5
	wordsACard = cardSide*cardSide - 1 // the centre is free
	freeCentre = "FREE"

	maxCopies  = 30
	maxWords   = 200
	maxLetters = 24 // of a word: what still can be read in a square
	maxTitle   = 60
)

// card is one bingo card, row by row.
type card struct {
	Title string
	Rows  [cardSide][cardSide]string
}

// deal returns the n-th card made of these words. The same words give the same cards, so what is previewed is what
// is printed first.
func deal(title string, words []string, n int) card {
	h := fnv.New64a()
	h.Write([]byte(title + "\n" + strings.Join(words, "\n")))
	order := rand.New(rand.NewPCG(h.Sum64(), uint64(n))).Perm(len(words))
	c := card{Title: title}
	for i := range cardSide * cardSide {
		row, column := i/cardSide, i%cardSide
		if i == wordsACard/2 {
			c.Rows[row][column] = freeCentre
			continue
		}
		c.Rows[row][column] = words[order[0]]
		order = order[1:]
	}
	return c
}

// cardWish is what a teacher asks for in the card editor.
type cardWish struct {
	Title  string
	Words  []string
	Copies int
}

// parseCardWish reads the editor's form. It returns everything that is wrong with it, in words for the teacher.
func parseCardWish(form url.Values) (cardWish, []string) {
	w := cardWish{Title: strings.TrimSpace(form.Get("title")), Words: splitWords(form.Get("words"))}
	var problems []string
	for _, problem := range []string{titleProblem(w.Title), wordsProblem(w.Words)} {
		if problem != "" {
			problems = append(problems, problem)
		}
	}
	copies, err := strconv.Atoi(form.Get("copies"))
	if err != nil || copies < 1 || copies > maxCopies {
		problems = append(problems, fmt.Sprintf("How many cards? Between 1 and %d.", maxCopies))
	}
	w.Copies = copies
	return w, problems
}

// titleProblem says what is wrong with a title, or "".
func titleProblem(title string) string {
	switch {
	case title == "":
		return "Give your cards a title."
	case utf8.RuneCountInString(title) > maxTitle:
		return fmt.Sprintf("The title is too long: at most %d letters.", maxTitle)
	}
	return printProblem(title)
}

// wordsProblem says what is wrong with a list of words, or "".
func wordsProblem(words []string) string {
	if len(words) < wordsACard {
		return fmt.Sprintf("A card needs at least %d different words; you have %d.", wordsACard, len(words))
	}
	if len(words) > maxWords {
		return fmt.Sprintf("That is too much: at most %d words, you have %d.", maxWords, len(words))
	}
	for _, word := range words {
		if utf8.RuneCountInString(word) > maxLetters {
			return fmt.Sprintf("“%s” does not fit in a square: at most %d letters.", word, maxLetters)
		}
		if problem := printProblem(word); problem != "" {
			return problem
		}
	}
	return ""
}

// splitWords returns the different words of a text that has one per line.
func splitWords(text string) []string {
	var words []string
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		word := strings.Join(strings.Fields(line), " ")
		if key := strings.ToLower(word); word != "" && !seen[key] {
			seen[key] = true
			words = append(words, word)
		}
	}
	return words
}
