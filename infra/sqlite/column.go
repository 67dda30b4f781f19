package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Each record type lists its fields once, as pointers, in the order of its columns: rows are written from and read into the
// same list. stamp and document wrap the fields that SQLite has no type for.

// timeLayout is RFC 3339 with all nine decimals: fixed width, so that text order is time order.
const timeLayout = "2006-01-02T15:04:05.000000000Z07:00"

// A stamp is a time as text in UTC. The zero time is the empty text.
type stamp struct{ t *time.Time }

// Value implements driver.Valuer.
func (s stamp) Value() (driver.Value, error) {
	if s.t.IsZero() {
		return "", nil
	}
	utc := s.t.UTC()
	if y := utc.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("write the time %v: its year is outside 0 to 9999", utc)
	}
	return utc.Format(timeLayout), nil
}

// Scan implements sql.Scanner.
func (s stamp) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("read a time: expected text, got %T", value)
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

// A document is a pointer to a slice or struct, stored as JSON. A nil slice is read back as an empty one: JSON output
// promises a list.
type document struct{ p any }

// Value implements driver.Valuer.
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

// Scan implements sql.Scanner.
func (d document) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("read a document: expected JSON, got %T", value)
	}
	return json.Unmarshal([]byte(text), d.p)
}

// An optional is a document whose key JSON output leaves out if it is empty: the slice stays nil.
type optional struct{ document }

// Scan implements sql.Scanner.
func (o optional) Scan(value any) error {
	if value == "[]" {
		return nil
	}
	return o.document.Scan(value)
}

// insertInto returns the statement that adds a row with these comma-separated columns.
func insertInto(table, columns string) string {
	marks := "?" + strings.Repeat(", ?", strings.Count(columns, ","))
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, columns, marks)
}
