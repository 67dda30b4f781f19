package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// A changed is a file with its changed lines.
type changed struct {
	path  string
	lines map[int]bool
}

// changedLines returns the changed lines of the Go files that are not tests, which differ from a commit; "": see the package's comment.
func changedLines(ctx context.Context, since string) ([]changed, error) {
	if since == "" {
		since = "HEAD~1"
		base, err := git(ctx, "merge-base", "HEAD", "main")
		head, headErr := git(ctx, "rev-parse", "HEAD")
		if err == nil && headErr == nil && !bytes.Equal(base, head) {
			since = strings.TrimSpace(string(base))
		}
	}
	diff, err := git(ctx, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--relative", since, "--", "*.go", ":!*_test.go")
	if err != nil {
		return nil, err
	}
	return parseDiff(bytes.NewReader(diff))
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

// hunk matches the head of a part of a unified diff: the first new line, and their number.
var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// parseDiff returns the new lines of a unified diff without context.
func parseDiff(r io.Reader) (all []changed, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if path, ok := strings.CutPrefix(lines.Text(), "+++ b/"); ok {
			all = append(all, changed{path, map[int]bool{}})
			continue
		}
		m := hunk.FindStringSubmatch(lines.Text())
		if m == nil || len(all) == 0 {
			continue
		}
		first, _ := strconv.Atoi(m[1]) // digits
		count := 1
		if m[2] != "" {
			count, _ = strconv.Atoi(m[2])
		}
		for n := range count {
			all[len(all)-1].lines[first+n] = true
		}
	}
	return all, lines.Err()
}
