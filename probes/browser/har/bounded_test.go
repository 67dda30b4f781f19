package har

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// TestBounded checks that data: addresses and uploads of any size are kept within a bound, and that the event is not changed.
func TestBounded(t *testing.T) {
	asked := &network.Request{URL: "data:image/png;base64," + strings.Repeat("A", 1<<20), PostDataEntries: []*network.PostDataEntry{
		{Bytes: bytes.Repeat([]byte("a"), maxBody)}, {Bytes: bytes.Repeat([]byte("b"), 10*maxBody)}, {Bytes: bytes.Repeat([]byte("c"), 10*maxBody)},
	}}
	got := bounded(asked)
	body := 0
	for _, e := range got.PostDataEntries {
		body += len(e.Bytes)
	}
	if len(got.URL) > maxAddress+40 || !strings.HasSuffix(got.URL, "...(1048598 bytes)") || body != 2*maxBody {
		t.Errorf("an address of %d bytes, a body of %d", len(got.URL), body)
	}
	if len(asked.URL) < 1<<20 || len(asked.PostDataEntries[1].Bytes) != 10*maxBody {
		t.Error("the event was changed")
	}
	if r := boundedResponse(&network.Response{URL: asked.URL}); len(r.URL) > maxAddress+40 || boundedResponse(nil) != nil {
		t.Errorf("an address of %d bytes", len(r.URL))
	}
	short := &network.Request{URL: "https://shop.test/"}
	if got := bounded(short); got.URL != short.URL {
		t.Error(got.URL)
	}
}
