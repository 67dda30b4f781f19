package mask_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"valkyrie/probes/journey/mask"
)

// Encodings that sites, browsers and logs apply to a text. Each is undone by its decoder in the wild.
var encodings = map[string]func(string) string{
	"none":              func(s string) string { return s },
	"query":             url.QueryEscape,
	"path":              url.PathEscape,
	"encodeURI":         func(s string) string { return (&url.URL{Path: s}).EscapedPath() },
	"percent, small":    func(s string) string { return everyByte(s, "%%%02x") },
	"percent, capital":  func(s string) string { return everyByte(s, "%%%02X") },
	"percent, but /":    func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") },
	"percent, small, +": func(s string) string { return percents.ReplaceAllStringFunc(url.QueryEscape(s), strings.ToLower) },
	"JSON":              jsonText,
	"JSON, \\u":         func(s string) string { return everyUnit(s, `\u%04x`) },
	"JSON, \\U":         func(s string) string { return everyUnit(s, `\u%04X`) },
	"JSON, \\/":         func(s string) string { return strings.ReplaceAll(jsonText(s), "/", `\/`) },
	"JavaScript, \\x":   func(s string) string { return everyByteOrRune(s, `\x%02x`) },
	"escape()":          func(s string) string { return everyUnit(s, "%%u%04X") },
	"HTML":              html.EscapeString,
	"HTML, decimal":     func(s string) string { return everyRune(s, "&#%d;") },
	"HTML, zeros":       func(s string) string { return everyRune(s, "&#%07d;") },
	"HTML, hex":         func(s string) string { return everyRune(s, "&#x%x;") },
	"nbsp":              func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") },
	"&nbsp;":            func(s string) string { return strings.ReplaceAll(html.EscapeString(s), " ", "&nbsp;") },
	"spaces":            func(s string) string { return strings.ReplaceAll(s, " ", "  \n ") },
	"UTF-16LE":          func(s string) string { return utf16Text(s, binary.LittleEndian) },
	"UTF-16BE":          func(s string) string { return utf16Text(s, binary.BigEndian) },
	"quoted-printable":  quotedPrintable,
	"soft hyphens":      func(s string) string { return strings.Join(strings.Split(s, ""), "\u00ad") },
	"tags": func(s string) string {
		return "<i>" + html.EscapeString(s[:len(s)-2]) + "<b class=x>" + html.EscapeString(s[len(s)-2:]) + "</b>"
	},
	"capitals":        strings.ToUpper,
	"decomposed":      norm.NFD.String,
	"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64, address": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"Basic":           func(s string) string { return base64.StdEncoding.EncodeToString([]byte("anna:" + s)) },
	"base64, UTF-16": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(utf16Text(s, binary.LittleEndian)))
	},
	"hex":          func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hex, capital": func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte("x" + s))) },
}

var percents = regexp.MustCompile("%..")

// wraps are the encodings in which an encoded text is sent once more.
var wraps = []string{"none", "query", "percent, small", "JSON", "JSON, \\u", "JSON, \\/", "HTML", "HTML, hex", "base64", "base64, address", "quoted-printable"}

func everyByte(s, format string) (out string) {
	for i := range len(s) {
		out += fmt.Sprintf(format, s[i])
	}
	return out
}

func everyRune(s, format string) (out string) {
	for _, r := range s {
		out += fmt.Sprintf(format, r)
	}
	return out
}

func everyByteOrRune(s, format string) (out string) {
	for _, r := range s {
		if r > 255 {
			out += fmt.Sprintf(`\u{%x}`, r)
		} else {
			out += fmt.Sprintf(format, r)
		}
	}
	return out
}

func everyUnit(s, format string) (out string) {
	for _, u := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf(format, u)
	}
	return out
}

func jsonText(s string) string {
	quoted, _ := json.Marshal(s) // a string cannot fail
	return string(quoted[1 : len(quoted)-1])
}

func utf16Text(s string, order binary.AppendByteOrder) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

func quotedPrintable(s string) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write([]byte(s)) // memory cannot fail
	_ = w.Close()
	return out.String()
}

// TestEncodings checks that a secret in any encoding, and in one of an encoding, is masked as a text and as a file, and that
// nothing around it is.
func TestEncodings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[a-zA-Z0-9é][a-zA-Z0-9 &<>"'%/+\\=#?:é€-]{2,18}[a-zA-Z0-9][a-zA-Z0-9!/]`).Draw(t, "secret")
		inner := rapid.SampledFrom(keys(encodings)).Draw(t, "encoding")
		outer := rapid.SampledFrom(wraps).Draw(t, "wrapped in")
		if inner := encodings[inner](secret); (strings.Contains(inner, "\x00") || !utf8.ValidString(inner)) && (strings.HasPrefix(outer, "JSON") || strings.HasPrefix(outer, "HTML")) {
			t.Skip("these hold text only")
		}
		if inner == "capitals" && strings.HasPrefix(outer, "base64") {
			t.Skip("in decoded data a short secret counts to the letter, as it may occur by chance")
		}
		encoded := encodings[outer](encodings[inner](secret))
		var m mask.Mask
		m.Add("shop", secret)
		for _, around := range [][2]string{{"", ""}, {"pre ", " post"}, {`{"a":"`, `"}`}, {"https://x.test/?a=", "&b=1"}} {
			text := around[0] + encoded + around[1]
			got := m.Text(text)
			if strings.Contains(got, encoded) || !strings.Contains(got, "[secret shop]") && !strings.Contains(got, "[part of") {
				t.Fatalf("%s in %s: %q became %q", inner, outer, text, got)
			}
			if left := m.Text(got); m.Has(got) || left != got {
				t.Fatalf("%s in %s: %q still has a secret", inner, outer, got)
			}
			if !strings.HasPrefix(got, around[0]) || !strings.HasSuffix(got, around[1]) {
				t.Fatalf("%s in %s: %q became %q", inner, outer, text, got)
			}
			if file := m.Overwrite([]byte(text)); len(file) != len(text) || m.Has(string(file)) {
				t.Fatalf("%s in %s: %q became %q", inner, outer, text, file)
			}
		}
	})
}

func keys(all map[string]func(string) string) (names []string) {
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestHostileFiles checks that a secret is found after 64 KiB of text where each byte may begin an escape, a tag or a run of digits.
// It would not end if the time grew with the square of the size.
func TestHostileFiles(t *testing.T) {
	var m mask.Mask
	m.Add("shop", "bingo-practice")
	m.Add("mail", "anna@shop.test")
	random := make([]byte, 1<<16)
	for i := range random {
		random[i] = byte(i*i>>3 ^ i*7)
	}
	for name, piece := range map[string]string{
		"text": "the quick brown fox jumps over <b>the</b> lazy dog. ", "percent": "%", "percent 25": "%25", "backslash": `\`, "backslash u": `\u005c`, "ampersand": "&amp;amp;", "equals": "=3D",
		"tags": "<a", "letters": "b", "NUL": "\x00", "spaces": " ", "entity": "&#0000000038;", "secret": "bingo-practic", "name": `"token":`, "brackets": `"token":[`, "quotes": `\"token\":\"`,
		"random": string(random), "base64": base64.StdEncoding.EncodeToString(random),
	} {
		text := strings.Repeat(piece, 1<<16/len(piece)+1)[:1<<16] + " - bingo-practice"
		if got := m.Text(text); strings.Contains(got, "- bingo-practice") || !strings.Contains(got, "[") {
			t.Errorf("%s: %q", name, got[max(0, len(got)-80):])
		}
		if got := m.Overwrite([]byte(text)); len(got) != len(text) || !strings.HasSuffix(string(got), " **************") && !strings.HasSuffix(string(got), "-**************") {
			t.Errorf("%s: %q", name, got[len(got)-80:])
		}
	}
}
