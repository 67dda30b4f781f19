package link_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/evidence"
	"valkyrie/infra/evidence/link"
	"valkyrie/probes/journey"
)

const (
	base    = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws"
	console = "https://console.aws.amazon.com/s3/object/valkyrie-evidence-1a2b3c?region=us-east-1&prefix=2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png"
)

var (
	now    = time.Date(2026, 11, 21, 4, 25, 0, 0, time.UTC)
	signer = link.Signer{Base: base, Prefix: "valkyrie-evidence-", Tokens: []string{"thetoken", "theother"}}
)

func TestSign(t *testing.T) {
	address := signer.Sign(console, now)
	path, ours := strings.CutPrefix(address, base)
	want := link.File{Region: "us-east-1", Bucket: "valkyrie-evidence-1a2b3c", Key: "2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png"}
	if got, err := signer.Verify(path, now.Add(link.Valid-time.Minute)); got != want || err != nil || !ours {
		t.Errorf("%s: %+v, %v", address, got, err)
	}
	if _, err := signer.Verify(path, now.Add(link.Valid)); !errors.Is(err, link.ErrExpired) {
		t.Errorf("when it has expired: %v", err)
	}
	if len(address) > 190 {
		t.Errorf("%d characters, which leave a text no room", len(address))
	}
	rotated := signer
	rotated.Tokens = []string{"thenewest", "thetoken"}
	if _, err := rotated.Verify(path, now); err != nil {
		t.Errorf("during a rotation: %v", err)
	}
	rotated.Tokens = rotated.Tokens[:1]
	if _, err := rotated.Verify(path, now); !errors.Is(err, link.ErrToken) {
		t.Errorf("after a rotation: %v", err)
	}
}

// TestSignedKey: the address that evidence.Bucket gives the file of a run can be signed.
func TestSignedKey(t *testing.T) {
	run := journey.Run{ID: "01990a5c-1111-7000-8000-000000000000", Journey: "print-card", Region: "us-east-1", Slot: now.Truncate(time.Hour)}
	folder := evidence.Bucket{Name: "valkyrie-evidence-1a2b3c", Region: "us-east-1"}.Link(journey.Run{
		ID: run.ID, Journey: run.Journey, Region: run.Region, Slot: run.Slot, Evidence: []journey.Evidence{{Path: "x"}},
	})
	file := strings.Replace(folder, "/s3/buckets/", "/s3/object/", 1) + "screenshot.png"
	if signer.Sign(file, now) == "" {
		t.Errorf("%s was not signed", file)
	}
}

// TestNotSigned: an address that is not that of a file in a bucket of the deployment gets no token.
func TestNotSigned(t *testing.T) {
	for name, address := range map[string]string{
		"a path of a laptop":  "/home/ada/evidence/screenshot.png",
		"another bucket":      strings.Replace(console, "valkyrie-evidence-", "customers-", 1),
		"another site":        strings.Replace(console, "console.aws.amazon.com", "example.com", 1),
		"a folder":            strings.TrimSuffix(console, "screenshot.png"),
		"a folder up":         strings.Replace(console, "screenshot.png", "../../secret.png", 1),
		"an escaped dot":      strings.Replace(console, "screenshot.png", "%2E%2E/secret.png", 1),
		"another region's":    strings.Replace(console, "region=us-east-1", "region=eu-west-1", 1),
		"a space in its name": strings.Replace(console, "screenshot.png", "a+b.png", 1),
		"nothing":             "",
	} {
		if got := signer.Sign(address, now); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, s := range map[string]link.Signer{
		"no address": {Prefix: signer.Prefix, Tokens: signer.Tokens}, "no token": {Base: base, Prefix: signer.Prefix}, "no prefix": {Base: base, Tokens: signer.Tokens},
	} {
		if got := s.Sign(console, now); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestForged: each change of a signed path is refused.
func TestForged(t *testing.T) {
	path := strings.TrimPrefix(signer.Sign(console, now), base)
	part := strings.Split(path, "/") // "", e, expiry, token, bucket, date, journey, run, file
	with := func(i int, value string) string {
		changed := append([]string{}, part...)
		changed[i] = value
		return strings.Join(changed, "/")
	}
	flipped := "A" + part[3][1:]
	if flipped == part[3] {
		flipped = "B" + part[3][1:]
	}
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"a later expiry":      {with(2, "zzzzz"), link.ErrToken},
		"a flipped character": {with(3, flipped), link.ErrToken},
		"a short token":       {with(3, part[3][1:]), link.ErrForm},
		"no token":            {with(3, ""), link.ErrForm},
		"another bucket":      {with(4, "9z9z9z"), link.ErrToken},
		"another day":         {with(5, "2026-11-22"), link.ErrToken},
		"another journey":     {with(6, "create-order"), link.ErrToken},
		"another region":      {with(7, strings.Replace(part[7], "us-east-1", "eu-west-1", 1)), link.ErrToken},
		"another file":        {with(8, "page.html"), link.ErrToken},
		"a folder up":         {with(8, ".."), link.ErrForm},
		"up and down":         {with(8, "../"+part[7]+"/"+part[8]), link.ErrForm},
		"an escaped slash":    {with(8, "x%2F.."), link.ErrForm},
		"an escaped letter":   {strings.Replace(path, "screenshot", "%73creenshot", 1), link.ErrForm},
		"a double slash":      {strings.Replace(path, "/e/", "/e//", 1), link.ErrForm},
		"more after it":       {path + "/", link.ErrForm},
		"a line break":        {path + "\n", link.ErrForm},
		"the folder":          {strings.TrimSuffix(path, "/screenshot.png"), link.ErrForm},
		"a huge expiry":       {with(2, "zzzzzzzzz"), link.ErrForm},
	} {
		if got, err := signer.Verify(c.path, now); !errors.Is(err, c.want) || got != (link.File{}) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, c.want)
		}
	}
	if got := (link.Signer{Base: base, Prefix: signer.Prefix, Tokens: []string{""}}).Sign(console, now); got != "" {
		t.Errorf("signed with an empty token: %s", got)
	}
	for name, s := range map[string]link.Signer{
		"no tokens": {Prefix: signer.Prefix}, "an empty token": {Prefix: signer.Prefix, Tokens: []string{""}}, "another token": {Prefix: signer.Prefix, Tokens: []string{"thetokem"}},
		"another deployment": {Prefix: "second-evidence-", Tokens: signer.Tokens}, "no prefix": {Tokens: signer.Tokens},
	} {
		if got, err := s.Verify(path, now); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestKnownAddress checks an address whose token was computed by another program, in Python: those in texts that were sent stay valid after an
// update.
func TestKnownAddress(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)
	s := link.Signer{Base: "https://hooks.example.com", Prefix: "valkyrie-evidence-", Tokens: []string{"0123456789abcdef"}}
	const want = "https://hooks.example.com/e/htbfb/SX67Y1_PIHXodtREhaNFqA/1a2b3c/2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png"
	if got := s.Sign(console, at); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	none := s
	if none.Prefix = ""; none.Sign(console, at) != "" {
		t.Error("an address is signed without the names of the buckets")
	}
	path := strings.TrimPrefix(want, s.Base)
	if _, err := none.Verify(path, at); !errors.Is(err, link.ErrForm) {
		t.Errorf("verified without the names of the buckets: %v", err)
	}
	for _, bad := range []string{strings.Replace(console, "042300Z", "42300Z", 1), strings.Replace(console, "screenshot.png", "%zz", 1), strings.Replace(console, "region=us-east-1", "region=eu-west-1", 1)} {
		if got := s.Sign(bad, at); got != "" {
			t.Errorf("%s is signed: %s", bad, got)
		}
	}
}
