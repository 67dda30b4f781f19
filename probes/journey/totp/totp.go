// Package totp computes the one-time codes of authenticator apps, as RFC 6238 specifies them.
package totp

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default, which most sites use
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Key generates the codes of one account.
type Key struct {
	secret []byte
	digest func() hash.Hash
	digits int           // of a code, 6 to 8
	period time.Duration // for which a code is valid, 15 s to 2 min
}

// The ranges of an otpauth:// address's parameters.
const (
	minDigits, maxDigits = 6, 8
	minPeriod, maxPeriod = 15, 120 // seconds
)

var algorithms = map[string]func() hash.Hash{"": sha1.New, "SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New}

// Parse reads a key as a site shows it when two-factor sign-in is set up: base32, with or without spaces, or the otpauth:// address in the
// picture with the code squares, whose format is https://github.com/google/google-authenticator/wiki/Key-Uri-Format. A bare key has
// codes of 6 digits for 30 s by SHA-1. An error quotes no part of the key.
func Parse(text string) (Key, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(strings.ToLower(text), "otpauth:") {
		return newKey(text, url.Values{})
	}
	u, err := url.Parse(text)
	if err != nil {
		return Key{}, errors.New("it is no address; expected the form otpauth://totp/NAME?secret=KEY")
	}
	if u.Host != "totp" {
		return Key{}, fmt.Errorf("it is an address of kind %q; expected otpauth://totp/, as codes that count uses (hotp) cannot be shared by several probes", u.Host)
	}
	return newKey(u.Query().Get("secret"), u.Query())
}

func newKey(secret string, options url.Values) (Key, error) {
	plain := strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "=", "").Replace(strings.ToUpper(secret))
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	if err != nil || len(raw) == 0 {
		return Key{}, errors.New("it is no base32 text, which has the letters A to Z and the digits 2 to 7; copy the key that the site shows as text beside the picture, or its otpauth:// address")
	}
	name := strings.ToUpper(options.Get("algorithm"))
	digest, ok := algorithms[name]
	if !ok {
		return Key{}, fmt.Errorf("its algorithm is %q; expected SHA1, SHA256 or SHA512", name)
	}
	digits, err := option(options, "digits", minDigits, minDigits, maxDigits)
	if err != nil {
		return Key{}, err
	}
	const halfMinute = 30
	period, err := option(options, "period", halfMinute, minPeriod, maxPeriod)
	return Key{raw, digest, digits, time.Duration(period) * time.Second}, err
}

// Secret is the key itself, in base32 without spaces, as pages show it.
func (k Key) Secret() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(k.secret)
}

func option(options url.Values, name string, without, least, most int) (int, error) {
	text := options.Get(name)
	if text == "" {
		return without, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("its %s is %q; expected %d to %d", name, text, least, most)
	}
	return n, nil
}

// At returns the code at a time, such as "081804", and for how much longer it is valid.
func (k Key) At(now time.Time) (code string, left time.Duration) {
	period := int64(k.period / time.Second)
	step := now.Unix() / period
	mac := hmac.New(k.digest, k.secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf // RFC 4226, section 5.3
	number := binary.BigEndian.Uint32(sum[at:]) & math.MaxInt32
	modulus := uint32(math.Pow10(k.digits))
	return fmt.Sprintf("%0*d", k.digits, number%modulus), time.Unix((step+1)*period, 0).Sub(now)
}
