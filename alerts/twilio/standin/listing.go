package standin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func trimJSON(segment string) string { return strings.TrimSuffix(segment, ".json") }

// matches reports whether a filter is absent, or is exactly this value.
func matches(q url.Values, key, value string) bool { return !q.Has(key) || q.Get(key) == value }

// onDays applies Twilio's date filters, which know whole UTC days only: "StartTime=" on that day, "StartTime>=" on it
// or later, "StartTime<=" on it or earlier. Split at the first "=", the latter two have the keys "StartTime>",
// "StartTime<". An entry without such a time, like a queued call, passes no filter.
func onDays(q url.Values, key string, t time.Time) bool {
	day := t.UTC().Format(time.DateOnly)
	for _, op := range []string{"", ">", "<"} {
		if !q.Has(key + op) {
			continue
		}
		want, _, _ := strings.Cut(q.Get(key+op), "T")
		switch {
		case t.IsZero(), op == "" && day != want, op == ">" && day < want, op == "<" && day > want:
			return false
		}
	}
	return true
}

// writeList writes a page of a list, as the 2010 API does.
func (ex *Exchange) writeList(w http.ResponseWriter, r *http.Request, key string, found []map[string]any) {
	const standard, most = 50, 1000
	size := min(max(number(r, "PageSize", standard), 1), most)
	page := max(number(r, "Page", 0), 0)
	start := min(page*size, len(found))
	end := min(start+size, len(found))
	here := func(page int) string {
		q := r.URL.Query()
		q.Set("Page", strconv.Itoa(page))
		q.Set("PageSize", strconv.Itoa(size))
		return r.URL.Path + "?" + q.Encode()
	}
	var next, previous any
	if end < len(found) {
		next = here(page + 1)
	}
	if page > 0 {
		previous = here(page - 1)
	}
	ex.writeJSON(w, http.StatusOK, map[string]any{
		key:    append([]map[string]any{}, found[start:end]...), // an empty page is [], not null
		"page": page, "page_size": size, "start": start, "end": max(end-1, start), "uri": r.URL.RequestURI(),
		"first_page_uri": here(0), "next_page_uri": next, "previous_page_uri": previous,
	})
}

func number(r *http.Request, key string, otherwise int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(key))
	if err != nil {
		return otherwise
	}
	return n
}
