package browser

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
)

// downloads follows the files that the page offers for download.
type downloads struct {
	mu      sync.Mutex
	files   []*file
	changed chan struct{} // closed and replaced on each change
	cancel  func(id string)
}

type file struct {
	id, name, url   string
	from            cdp.FrameID // whose address it is
	received, total float64
	state           browser.DownloadProgressState
	ended           time.Time
	taken           bool
	cut             bool // it was cancelled, as it is too large
}

// The largest file that Download returns, and the most that all files of a run take on the disk, in bytes: 64 and 256 MiB. A site may
// send a file without end, or one after the other, whether or not a step wants them.
const (
	maxDownload  = 64 << 20
	maxDownloads = 256 << 20
)

// allowDownloads allows downloads into this Chrome's folder and follows them.
func (tab *Tab) allowDownloads(ctx context.Context) error {
	tab.downloads.changed = make(chan struct{})
	tab.downloads.cancel = func(id string) {
		tab.background.Go(func() {
			_, _ = chromedp.CallBrowser(tab.root, browser.CancelDownload, browser.CancelDownloadParams{GUID: id})
		})
	}
	if err := chromedp.ListenBrowser(tab.root, tab.downloads.handle); err != nil {
		return err
	}
	yes := true
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: tab.chrome.Dir(), EventsEnabled: &yes,
	})
	return err
}

func (d *downloads) handle(ev any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch ev := ev.(type) {
	case *browser.EventDownloadWillBegin:
		d.files = append(d.files, &file{id: ev.GUID, name: ev.SuggestedFilename, url: ev.URL, from: ev.FrameID})
	case *browser.EventDownloadProgress:
		for _, f := range d.files {
			if f.id == ev.GUID {
				f.received, f.total, f.state = ev.ReceivedBytes, ev.TotalBytes, ev.State
				if ev.State != browser.DownloadProgressStateInProgress && f.ended.IsZero() {
					f.ended = time.Now()
				}
				d.limit(f)
			}
		}
	default:
		return
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

// limit cancels a file that is too large, or one too many.
func (d *downloads) limit(f *file) {
	all := 0.0
	for _, other := range d.files {
		all += other.received
	}
	if f.cut || f.state != browser.DownloadProgressStateInProgress || !f.large() && all <= maxDownloads {
		return
	}
	f.cut = true
	d.cancel(f.id)
}

// next is the oldest download that no step has taken and that suits, and a channel that is closed on changes.
func (d *downloads) next(suits func(file) bool) (file, bool, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		if !f.taken && suits(*f) {
			return *f, true, d.changed
		}
	}
	return file{}, false, d.changed
}

// isFrom reports whether a download has begun at the address of this tab or frame.
func (d *downloads) isFrom(id cdp.FrameID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.files, func(f *file) bool { return f.from == id })
}

// take marks a download as taken by a step.
func (d *downloads) take(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		f.taken = f.taken || f.id == id
	}
}

// Download waits until a file has been downloaded and returns its content, 64 MiB at most. A PDF that Chrome would show in the tab is one.
func (tab *Tab) Download() []byte {
	f := tab.awaitDownload(func(file) bool { return true }, "")
	tab.downloads.take(f.id)
	tab.wait.end(tab.step, epochMS(tab.downloadedAt(f)))
	return tab.read(f)
}

// awaitDownload waits until a file that suits has been downloaded.
func (tab *Tab) awaitDownload(suits func(file) bool, failure string) file {
	for {
		f, begun, news := tab.downloads.next(suits)
		switch {
		case f.cut || f.large():
			tab.downloads.take(f.id)
			tab.fail("%s%s is too large to download: %.0f bytes so far, %.0f in all; a step may take %d, and a run %d; ask for a smaller one, or check its first bytes with an API request", failure, f.name, f.received, f.total, maxDownload, maxDownloads)
		case f.state == browser.DownloadProgressStateCompleted:
			return f
		case f.state == browser.DownloadProgressStateCanceled:
			tab.downloads.take(f.id)
			tab.fail("%sthe download of %s was broken off after %.0f of %.0f bytes%s", failure, f.name, f.received, f.total, tab.refusalNote(f))
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			if !begun {
				tab.fail("%sexpected a file to download %s: none began", failure, tab.step.LimitNote())
			}
			tab.fail("%sexpected %s to download %s: %.0f of %.0f bytes came", failure, f.name, tab.step.LimitNote(), f.received, f.total)
		}
	}
}

// refusalNote is the HTTP error that may have ended a download. Chrome reports no status of a file that a link asks it to save, so
// the page asks for the headers again.
func (tab *Tab) refusalNote(f file) string {
	if !har.FirstParty(tab.site, f.url) {
		return ""
	}
	ctx, cancel := context.WithTimeout(tab.ctx, time.Second)
	defer cancel()
	status := 0
	ask := fmt.Sprintf("fetch(%q, { method: 'HEAD', cache: 'no-store' }).then((r) => r.status, () => 0)", f.url)
	if err := tab.evaluate(ctx, ask, &status); err != nil || status < 400 || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented {
		return ""
	}
	return fmt.Sprintf("; asked again, HEAD %s answered %d", strings.TrimPrefix(f.url, tab.site), status)
}

// large reports whether the file is, or will be, larger than a step may take. It need not end for that.
func (f file) large() bool { return max(f.total, f.received) > maxDownload }

func (tab *Tab) read(f file) []byte {
	path := filepath.Join(tab.chrome.Dir(), f.id)
	data, err := os.ReadFile(path)
	if err != nil {
		tab.step.Brokenf("the downloaded %s could not be read: %v", f.name, err)
	}
	return data
}

// last is the latest download, complete or not.
func (d *downloads) last() (file, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.files) == 0 {
		return file{}, false
	}
	return *d.files[len(d.files)-1], true
}

func (tab *Tab) downloaded(f file) ([]byte, error) {
	if f.state != browser.DownloadProgressStateCompleted {
		return nil, fmt.Errorf("only %.0f of %.0f bytes came", f.received, f.total)
	}
	if f.received > maxEvidence {
		return nil, fmt.Errorf("it is %.0f bytes, more than the %d that are kept", f.received, maxEvidence)
	}
	return os.ReadFile(filepath.Join(tab.chrome.Dir(), f.id))
}

// downloadStart is how long Chrome takes at most, on an idle machine, from the headers of a response until it has opened a
// file for it; 3 to 5 ms were measured. What it then writes at once had come with the headers.
const downloadStart = 8 * time.Millisecond

// downloadedAt is when the last byte had come. That is when it was written, by the file's own time, since Chrome scans the
// file before it reports the end of the download, and that event takes time to arrive; of a file that was written as soon as
// it was opened, it is when the headers had come.
func (tab *Tab) downloadedAt(f file) time.Time {
	info, err := os.Stat(filepath.Join(tab.chrome.Dir(), f.id))
	if err != nil || info.ModTime().After(f.ended) {
		return f.ended
	}
	written := info.ModTime()
	headers := time.UnixMicro(int64(tab.recorder.HeadersAt(f.url) * 1000))
	if lag := written.Sub(headers); lag > 0 && lag <= downloadStart {
		return headers
	}
	return written
}
