package dynamo

import (
	stdbytes "bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The attributes that hold a document: one or the other.
const (
	plainAttr = "data"
	gzipAttr  = "gzip"
)

// worthwhile is from how many bytes on a document is compressed. Below it costs one write unit anyway, and can be read
// in the console.
const worthwhile = 900

// mostBytes is how long a document may be as it is kept: DynamoDB takes rows of 400 KB, keys and all.
const mostBytes = 400<<10 - 8<<10

// A document is data as it is kept.
type document struct {
	attr string // plainAttr or gzipAttr
	data []byte
}

// pack makes a document of data.
func pack(data []byte) (document, error) {
	plain := document{plainAttr, append([]byte{}, data...)} // the SDK writes null for nil
	if len(data) < worthwhile {
		return plain, nil
	}
	var b stdbytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return document{}, err
	}
	if err := w.Close(); err != nil {
		return document{}, err
	}
	if b.Len() >= len(data) {
		return plain, nil
	}
	return document{gzipAttr, b.Bytes()}, nil
}

// errTooLarge is the reason why a document cannot be kept.
var errTooLarge = errors.New("DynamoDB keeps at most 400 KB in a row")

// fits reports an error for a document that is too large, with its size.
func (d document) fits(plain int) error {
	if len(d.data) > mostBytes {
		return fmt.Errorf("%d KB, compressed to %d KB, are too large: %w", plain>>10, len(d.data)>>10, errTooLarge)
	}
	return nil
}

// packJSON makes a document of a value.
func packJSON(value any) (document, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return document{}, err
	}
	d, err := pack(plain)
	if err != nil {
		return document{}, err
	}
	return d, d.fits(len(plain))
}

// unpack returns the data of a row's document.
func unpack(row attributes) ([]byte, error) {
	if plain, ok := readBytes(row, plainAttr); ok {
		return plain, nil
	}
	packed, ok := readBytes(row, gzipAttr)
	if !ok {
		return nil, fmt.Errorf("the row has neither %q nor %q, so this program has not written it", plainAttr, gzipAttr)
	}
	r, err := gzip.NewReader(stdbytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("the attribute %q: %w", gzipAttr, err)
	}
	return io.ReadAll(r)
}

// unpackJSON reads a row's document into a value.
func unpackJSON(row attributes, value any) error {
	plain, err := unpack(row)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, value)
}
