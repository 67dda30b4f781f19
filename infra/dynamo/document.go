package dynamo

import (
	stdbytes "bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The attributes that hold a document. A row has exactly one of them.
const (
	plainAttr = "data"
	gzipAttr  = "gzip"
)

// minCompress is the size, in bytes, from which a document is compressed. A smaller one costs one write unit anyway, and stays
// readable in the console.
const minCompress = 900

// maxBytes limits the stored size of a document: DynamoDB's limit for a row is 400 KB, including keys.
const maxBytes = 400<<10 - 8<<10

// A document is data in its stored form.
type document struct {
	attr string // plainAttr or gzipAttr
	data []byte
}

// pack converts data to a document, compressed if that is shorter.
func pack(data []byte) (document, error) {
	plain := document{plainAttr, append([]byte{}, data...)} // the SDK writes null for nil
	if len(data) < minCompress {
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

// errTooLarge reports a document over DynamoDB's limit.
var errTooLarge = errors.New("DynamoDB's limit is at most 400 KB per row")

// fits returns an error if the document is too large; plain is its uncompressed size, for the error.
func (d document) fits(plain int) error {
	if len(d.data) > maxBytes {
		return fmt.Errorf("%d KB, compressed to %d KB, are too large: %w", plain>>10, len(d.data)>>10, errTooLarge)
	}
	return nil
}

// packJSON converts a value to a document of JSON.
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
		return nil, fmt.Errorf("the row has neither %q nor %q: it was not written by Valkyrie", plainAttr, gzipAttr)
	}
	r, err := gzip.NewReader(stdbytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("decompress attribute %q: %w", gzipAttr, err)
	}
	return io.ReadAll(r)
}

// unpackJSON decodes a row's document into a value.
func unpackJSON(row attributes, value any) error {
	plain, err := unpack(row)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, value)
}
