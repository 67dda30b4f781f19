package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A record's fields are listed once, as pointers, in the order of its columns. The same list is what is written to a
// row and what a row is read into; stamp and document stand for the fields that SQLite has no type for.

// timeLayout is RFC 3339 with all nine decimals: of fixed width, so that the text sorts as the time does.
const timeLayout = "2006-01-02T15:04:05.000000000Z07:00"

// A stamp is a time as text in UTC. The zero time is the empty text.
type stamp struct{ t *time.Time }

// Value is what is written.
func (s stamp) Value() (driver.Value, error) {
	if s.t.IsZero() {
		return "", nil
	}
	utc := s.t.UTC()
	if y := utc.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("the year of %v is outside 0 to 9999", utc)
	}
	return utc.Format(timeLayout), nil
}

// Scan reads it back.
func (s stamp) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("found a %T where a time is kept as text", value)
	}
	*s.t = time.Time{}
	if text == "" {
		return nil
	}
	t, err := time.Parse(timeLayout, text)
	if err != nil {
		return err
	}
	*s.t = t.UTC()
	return nil
}

// A document is a pointer to a slice, or to a struct, kept as JSON. A nil slice comes back as an empty one: whoever
// prints it promises its readers a list.
type document struct{ p any }

// Value is what is written.
func (d document) Value() (driver.Value, error) {
	text, err := json.Marshal(d.p)
	if err != nil {
		return nil, err
	}
	if string(text) == "null" {
		return "[]", nil
	}
	return string(text), nil
}

// Scan reads it back.
func (d document) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("found a %T where JSON is kept", value)
	}
	return json.Unmarshal([]byte(text), d.p)
}

// insertInto is the statement that adds a row with these columns, named with commas between them.
func insertInto(table, columns string) string {
	marks := "?" + strings.Repeat(", ?", strings.Count(columns, ","))
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, columns, marks)
}
