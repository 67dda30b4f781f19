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

// versionLimit is generous: a cold disk takes seconds to read 200 MB, a warm one answers in 10 ms.
const versionLimit = 10 * time.Second

var versionNumber = regexp.MustCompile(`\d+(\.\d+){2,3}`)

// Version asks the browser for its version, such as "153.0.8010.0", and so proves that it starts. It gives up after
// ten seconds, or when ctx ends.
func Version(ctx context.Context, c Chrome) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, "--version")
	cmd.Env = append(os.Environ(), c.Env...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := process.Run(ctx, cmd); err != nil {
		return "", fmt.Errorf("%s does not start: %w", c.Path, err)
	}
	number := versionNumber.FindString(stdout.String())
	if number == "" {
		return "", fmt.Errorf("%s --version answered %q, which has no version in it", c.Path, strings.TrimSpace(stdout.String()))
	}
	return number, nil
}
