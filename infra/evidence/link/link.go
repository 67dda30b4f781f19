// Package link signs the addresses by which a person opens one file of evidence without signing in to AWS: a text has to be of use on
// a phone, at night. The webhook serves the file at
//
//	https://WEBHOOK/e/EXPIRY/TOKEN/BUCKET/KEY
//
// where TOKEN authenticates the expiry and that one file. Nothing is stored, and nothing is listed: the address opens that
// file until then, and no other. BUCKET is the part of the bucket's name that differs between regions, as a text has little room.
//
// The key of the token is derived from Twilio's auth token, which the pager and the webhook have anyway. A rotation of it ends the
// addresses of before.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Path begins the paths that Verify takes.
const Path = "/e/"

// Valid is how long an address is valid: for the night of an incident, and the morning's postmortem.
const Valid = 12 * time.Hour

// Errors of Verify, and ErrNoFile for a file that is no longer in its bucket.
var (
	ErrNoFile  = errors.New("there is no such file of evidence")
	ErrForm    = errors.New("the path is not that of a file of evidence")
	ErrToken   = errors.New("the token is wrong")
	ErrExpired = errors.New("the address has expired")
)

// A Signer signs and verifies addresses.
type Signer struct {
	Base   string   // public address of the webhook, such as https://abc.lambda-url.eu-west-1.on.aws; empty: nothing is signed
	Prefix string   // beginning of the names of all evidence buckets, such as valkyrie-evidence-; empty: nothing is signed or accepted
	Tokens []string // Twilio's auth tokens: signs with the first, accepts any, as two are in use during a rotation
}

// A File is a file in a bucket.
type File struct{ Region, Bucket, Key string }

var (
	// files matches the key that evidence.Bucket stores a file under: date/journey/time-region-run/file. No part begins with a dot.
	files = regexp.MustCompile(`^\d{4}-\d\d-\d\d/[A-Za-z0-9][A-Za-z0-9_.-]*/\d{6}Z-([a-z]{2}(?:-[a-z]+)+-\d)-[0-9a-f]{8}-[0-9a-f]{4}/[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	paths = regexp.MustCompile(`^/e/([0-9a-z]{1,8})/([A-Za-z0-9_-]{22})/([a-z0-9][a-z0-9-]{0,40})/([A-Za-z0-9_./-]{1,300})$`)
	// consoles matches the address in the console that evidence.Bucket records.
	consoles = regexp.MustCompile(`^https://console\.aws\.amazon\.com/s3/object/([a-z0-9-]+)\?region=([a-z0-9-]+)&prefix=(\S+)$`)
)

// Sign returns the address of the file that an address in the console leads to, valid for Valid. It returns "" for any other
// address, and if something to sign with is missing.
func (s Signer) Sign(console string, now time.Time) string {
	m := consoles.FindStringSubmatch(console)
	if m == nil || s.Base == "" || s.Prefix == "" || len(s.Tokens) == 0 || s.Tokens[0] == "" {
		return ""
	}
	suffix, ours := strings.CutPrefix(m[1], s.Prefix)
	key, err := url.QueryUnescape(m[3])
	path := Path + strconv.FormatInt(now.Add(Valid).Unix()/60, 36) + "/" + strings.Repeat("-", tokenSize) + "/" + suffix + "/" + key
	f, _, _, form := s.parse(path)
	if err != nil || !ours || form != nil || f.Region != m[2] {
		return ""
	}
	expiry := strings.Split(path, "/")[2]
	return s.Base + Path + expiry + "/" + s.sign(s.Tokens[0], expiry, f) + "/" + suffix + "/" + key
}

// Verify returns the file at a path, which must be as it was received, with its escapes. Its errors are ErrForm, ErrToken and
// ErrExpired; the last is returned only for a right token.
func (s Signer) Verify(path string, now time.Time) (File, error) {
	f, expiry, token, err := s.parse(path)
	if err != nil {
		return File{}, err
	}
	right := false
	for _, secret := range s.Tokens {
		right = hmac.Equal([]byte(token), []byte(s.sign(secret, expiry, f))) && secret != "" || right // takes the same time for any token
	}
	if !right {
		return File{}, ErrToken
	}
	minutes, err := strconv.ParseInt(expiry, 36, 64)
	if err != nil || !now.Before(time.Unix(minutes*60, 0)) {
		return File{}, ErrExpired
	}
	return f, nil
}

// parse takes a path apart, without a look at its token.
func (s Signer) parse(path string) (f File, expiry, token string, err error) {
	m := paths.FindStringSubmatch(path)
	if m == nil || s.Prefix == "" {
		return File{}, "", "", ErrForm
	}
	key := files.FindStringSubmatch(m[4])
	if key == nil {
		return File{}, "", "", ErrForm
	}
	return File{Region: key[1], Bucket: s.Prefix + m[3], Key: m[4]}, m[1], m[2], nil
}

// tokenSize is the number of characters of a token: 128 bits in base64.
const tokenSize = 22

// sign returns the token of an expiry and a file, which contain no line break: HMAC-SHA256 by a key that is derived from the secret
// for this purpose only.
func (s Signer) sign(secret, expiry string, f File) string {
	derived := hmac.New(sha256.New, []byte(secret))
	derived.Write([]byte("valkyrie evidence address"))
	m := hmac.New(sha256.New, derived.Sum(nil))
	m.Write([]byte(expiry + "\n" + f.Bucket + "\n" + f.Key))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
