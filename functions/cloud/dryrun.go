package cloud

import (
	"fmt"
	"maps"
	"sync"

	"valkyrie/probes/journey"
)

// A DryRun is a run that the probe made for a person: it was neither stored nor judged, and is in no metric.
type DryRun struct {
	Run   journey.Run       `json:"run"`   // the paths of its evidence are names of Files
	Files map[string][]byte `json:"files"` // its evidence, by name
}

// maxDryRunFiles is the size of all files of a dry run, in bytes: Lambda returns 6 MB at most, in which base64 takes four thirds
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const maxDryRunFiles = 4 << 20

// DryRunFiles is a journey.Saver that keeps the evidence of a dry run in memory. A file that does not fit is reported as missing.
type DryRunFiles struct {
	mu    sync.Mutex
	files map[string][]byte
	size  int
}

// Save implements journey.Saver.
func (d *DryRunFiles) Save(_ journey.Run, name string, data []byte) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size+len(data) > maxDryRunFiles {
		return "", fmt.Errorf("it has %d bytes, and Lambda returns %d for all files", len(data), maxDryRunFiles)
	}
	if d.files == nil {
		d.files = map[string][]byte{}
	}
	d.files[name] = data
	d.size += len(data)
	return name, nil
}

// Files returns the files so far.
func (d *DryRunFiles) Files() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.files)
}
