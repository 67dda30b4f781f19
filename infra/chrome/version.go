package chrome

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"valkyrie/infra/process"
)

// versionLimit is the timeout of Version. A cold disk needs seconds to read 200 MB, a warm one 10 ms.
const versionLimit = 10 * time.Second

var versionNumber = regexp.MustCompile(`\d+(\.\d+){2,3}`)

// Version starts the browser to read its version, such as "153.0.8010.0". It fails if the browser does not start, and after ten
// seconds.
func Version(ctx context.Context, c Chrome) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, "--version")
	cmd.Env = append(os.Environ(), c.Env...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := process.Run(ctx, cmd); err != nil {
		return "", fmt.Errorf("start %s: %w", c.Path, err)
	}
	number := versionNumber.FindString(stdout.String())
	if number == "" {
		return "", fmt.Errorf("%s --version printed %q, expected a version", c.Path, strings.TrimSpace(stdout.String()))
	}
	return number, nil
}
