package totp_test

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/journey/totp"
)

// TestVectors plays the test vectors of RFC 6238, appendix B.
func TestVectors(t *testing.T) {
	keys := map[string]string{
		"SHA1":   "12345678901234567890",
		"SHA256": "12345678901234567890123456789012",
		"SHA512": "1234567890123456789012345678901234567890123456789012345678901234",
	}
	for _, v := range []struct {
		at              int64
		algorithm, code string
	}{
		{59, "SHA1", "94287082"},
		{59, "SHA256", "46119246"},
		{59, "SHA512", "90693936"},
		{1111111109, "SHA1", "07081804"},
		{1111111109, "SHA256", "68084774"},
		{1111111109, "SHA512", "25091201"},
		{1111111111, "SHA1", "14050471"},
		{1111111111, "SHA256", "67062674"},
		{1111111111, "SHA512", "99943326"},
		{1234567890, "SHA1", "89005924"},
		{1234567890, "SHA256", "91819424"},
		{1234567890, "SHA512", "93441116"},
		{2000000000, "SHA1", "69279037"},
		{2000000000, "SHA256", "90698825"},
		{2000000000, "SHA512", "38618901"},
		{20000000000, "SHA1", "65353130"},
		{20000000000, "SHA256", "77737706"},
		{20000000000, "SHA512", "47863826"},
	} {
		key, err := totp.Parse("otpauth://totp/Shop:ada@example.com?issuer=Shop&digits=8&algorithm=" + v.algorithm + "&secret=" + base32.StdEncoding.EncodeToString([]byte(keys[v.algorithm])))
		if err != nil {
			t.Fatal(err)
		}
		if code, _ := key.At(time.Unix(v.at, 0)); code != v.code {
			t.Errorf("%s at %d: %s, want %s", v.algorithm, v.at, code, v.code)
		}
	}
}

// TestFormsOfKey checks that every form in which a site shows a key gives the same code.
func TestFormsOfKey(t *testing.T) {
	for _, form := range []string{
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
		"GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
		"\tGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ======\n",
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"OTPAUTH://totp/ada?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&algorithm=sha1&digits=6&period=30",
	} {
		key, err := totp.Parse(form)
		if err != nil {
			t.Errorf("%q: %v", form, err)
			continue
		}
		if code, left := key.At(time.Unix(1111111109, 0)); code != "081804" || left != time.Second {
			t.Errorf("%q: %s for %v, want 081804 for 1s", form, code, left)
		}
	}
}

func TestPeriod(t *testing.T) {
	key, err := totp.Parse("otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=60")
	if err != nil {
		t.Fatal(err)
	}
	if code, left := key.At(time.Unix(119, 0)); code != "287082" || left != time.Second { // step 1, as of 59 s with 30 s
		t.Errorf("%s for %v, want 287082 for 1s", code, left)
	}
}

// TestInvalidKeys checks that each error names the cure, and quotes no part of the key.
func TestInvalidKeys(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "copy the key",
		"hunter2-is-no-base32!":          "letters A to Z and the digits 2 to 7",
		"otpauth://totp/ada?issuer=Shop": "copy the key",
		"otpauth://hotp/ada?secret=GEZDGNBVGY3TQOJQ&counter=1":     "hotp",
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&digits=5":      `digits is "5"; expected 6 to 8`,
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&digits=9":      `digits is "9"; expected 6 to 8`,
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&digits=six":    `digits is "six"`,
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&period=14":     `period is "14"; expected 15 to 120`,
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&period=121":    `period is "121"`,
		"otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ&algorithm=MD5": `algorithm is "MD5"; expected SHA1, SHA256 or SHA512`,
		"otpauth://totp/%zz?secret=GEZDGNBVGY3TQOJQ":               "otpauth://totp/NAME?secret=KEY",
	} {
		_, err := totp.Parse(text)
		switch {
		case err == nil:
			t.Errorf("%q is accepted", text)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want it to contain %s", text, err, want)
		case strings.Contains(err.Error(), "GEZDGNBVGY3TQOJQ") || strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: the error quotes the key: %v", text, err)
		}
	}
}
