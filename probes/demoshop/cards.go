package demoshop

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"math/rand/v2"
	"net/http"
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
	maxLetters = 24 // the longest word that is legible in a square
	maxTitle   = 60
)

// card is one bingo card, row by row.
type card struct {
	Title string
	Rows  [cardSide][cardSide]string
}

// dealCard returns the n-th card made of these words. The same words give the same cards, so the preview is the first
// printed card.
func dealCard(title string, words []string, n int) card {
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

// cardRequest is the content of the card editor's form.
type cardRequest struct {
	Title  string
	Words  []string
	Copies int
}

// parseCardRequest reads the editor's form. It returns all its problems, worded for the teacher.
func parseCardRequest(form url.Values) (cardRequest, []string) {
	w := cardRequest{Title: strings.TrimSpace(form.Get("title")), Words: splitWords(form.Get("words"))}
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

// titleProblem returns the problem of a title, or "".
func titleProblem(title string) string {
	switch {
	case title == "":
		return "Give your cards a title."
	case utf8.RuneCountInString(title) > maxTitle:
		return fmt.Sprintf("The title is too long: at most %d letters.", maxTitle)
	}
	return printProblem(title)
}

// wordsProblem returns the problem of a list of words, or "".
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

// splitWords returns the distinct words of a text with one word per line.
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

var sampleWords = []string{
	"bee", "otter", "kiwi", "fox", "heron", "newt", "lynx", "toad", "wren", "mole", "crab", "swan",
	"yak", "seal", "lark", "hare", "puma", "dodo", "ibis", "gnu", "carp", "moth", "stag", "ram",
}

// sampleCard is the card on the front page. It is drawn once, since the front page must not depend on the cache.
var sampleCard = func() cardView {
	v := cardView{card: dealCard("Animals we met", sampleWords, 0)}
	for i := range ornamentPalettes {
		v.Art = append(v.Art, template.HTML(drawOrnament(i)))
	}
	return v
}()

const recentJobs = 12

// cardView is a card with the ornaments around it.
type cardView struct {
	card
	Art []template.HTML
}

func (s *Shop) showCards(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "cards", "Your cards", s.queue.recent(v.Email, recentJobs))
}

func (s *Shop) showEditor(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "editor", "New card", map[string]int{"MaxCopies": maxCopies, "WordsACard": wordsACard})
}

// preview answers the editor's script with the first card, drawn in the request. No worker is involved, so a working
// preview proves nothing about printing.
func (s *Shop) preview(w http.ResponseWriter, r *http.Request, v session) {
	wanted, problems := parseCardRequest(r.PostForm)
	if len(problems) > 0 {
		s.fragment(w, http.StatusUnprocessableEntity, "problems", problems)
		return
	}
	if s.previewDown.Load() {
		s.fragment(w, http.StatusInternalServerError, "problems", []string{"No preview today."})
		return
	}
	art, err := s.cardArtwork(r.Context())
	if err != nil {
		return // the customer left
	}
	s.fragment(w, http.StatusOK, "card", cardView{dealCard(wanted.Title, wanted.Words, 0), art})
}

// print queues a job for the workers and returns the address of its status page.
func (s *Shop) print(w http.ResponseWriter, r *http.Request, v session) {
	wanted, problems := parseCardRequest(r.PostForm)
	if len(problems) > 0 {
		s.fragment(w, http.StatusUnprocessableEntity, "problems", problems)
		return
	}
	if s.database.query(r.Context()) != nil {
		return // the customer left
	}
	id, err := s.queue.add(job{Owner: v.Email, Title: wanted.Title, Words: wanted.Words, Copies: wanted.Copies})
	if err != nil {
		s.log.Error("cannot queue a print job", "err", err)
		s.fragment(w, http.StatusServiceUnavailable, "problems", []string{"Too many people are printing. Try again in a while."})
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"location": "/print/" + id})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // fails only if the client left
}
