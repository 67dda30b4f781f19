package mask_test

import (
	"fmt"
	"strings"
	"testing"

	"valkyrie/infra/suite"
	"valkyrie/probes/journey/mask"
)

// TestGoldenEncodings compares the rest of texts with a secret, in each encoding within each other, with testdata: that it is masked,
// and that the characters around it stay.
func TestGoldenEncodings(t *testing.T) {
	var b strings.Builder
	secrets := map[string]string{"p": "hunter2 & co/é", "s": "Tr0ub4dor&3", "j": "鍵の言葉は長い"}
	var m mask.Mask
	for name, value := range secrets {
		m.Add(name, value)
	}
	shown := func(text string) string {
		out := m.Text(text)
		switch {
		case out == text:
			return "NOT MASKED"
		case len(out) > 200:
			return fmt.Sprintf("%d characters: %.100q...", len(out), out)
		}
		return fmt.Sprintf("%q", out)
	}
	for _, name := range []string{"p", "s", "j"} {
		for _, inner := range keys(encodings) {
			for n, outer := range wraps {
				if strings.HasPrefix(inner, "UTF-16") && (strings.HasPrefix(outer, "JSON") || outer == "HTML, hex") || inner == "tags" && name == "j" {
					continue // a text in UTF-16 is no text of JSON or HTML; and that tag would divide a letter
				}
				text := []string{"a=%s&b", `{"x": "%s"}`, "<p>%s</p>", "before %s after"}[n%4]
				text = strings.Replace(text, "%s", encodings[outer](encodings[inner](secrets[name])), 1)
				fmt.Fprintf(&b, "%s in %s in %s: %s\n", name, inner, outer, shown(text))
			}
		}
		// Half of a secret is none.
		half := secrets[name][:len(secrets[name])/2]
		if got := m.Text("before " + half + " after"); got != "before "+half+" after" {
			t.Errorf("half of %s: %q", name, got)
		}
	}
	suite.Golden(t, "testdata/encodings.txt", b.String())
}

// TestGoldenFields compares texts with fields that have the names of secrets with testdata, and texts that only look alike.
func TestGoldenFields(t *testing.T) {
	var b strings.Builder
	for _, text := range []string{
		"token=abc", "token=", "a=1&token=abc&b=2", "?access_token=abc#x", "token=[hidden]", "token=[secret p]x", "token=[secret p]", "password=true", "token=null", "code=short", "code=0123456789abcdef", "code=0123456789abcde", "key=01234567890123456789",
		"key=0123456789012345678", "monkey=banana", "session_id=1; path=/", "Cookie: a=b; c=d", "Set-Cookie: sid=abc; Path=/; HttpOnly", "cookie: [hidden]", "Authorization: Bearer abc.def\nHost: x", "Authorization: Bearer [hidden]", "X-Api-Key: abc", "the api-key: abc", "\nApi-Key: abc",
		"note: authorization is needed", `{"token":"abc"}`, `{"token" : "abc", "b": 1}`, `{"token":123}`, `{"token":{"a":"}"},"b":2}`, `{"token":["a","]"]}`, `{"token":null}`, `{"token":"a\"b"}`, `{"a":"token:x"}`, `"{\"token\":\"abc\"}"`, `{\u0022token\u0022:\u0022abc\u0022}`,
		`{&quot;token&quot;:&quot;abc&quot;}`, `%7B%22token%22%3A%22abc%22%7D`, `%7B%22a%22%3A1%2C%22token%22%3A%22abc%22%7D`, "{token: 'abc'}", "{token: `abc`}", "token: 'abc'", "f(token: 'abc')", "['token': 'abc']", `x "token": "abc"`, `say "token": "abc"`, "a%3Dtoken%26password%3Dabc%26b",
		"token%3dabc", `\u0026token=abc\u0026b=2`, "token=abc\\u0026b=2", "token=abc\\nnext", "token=abc%20def", "token=abc%26b=2", "<input type=password value=abc>", `<input name="csrf" value="abc">`, `<input value='abc' name='session_token'>`, `<meta name="csrf-token" content="abc">`, `<input name=q value=abc>`,
		`<a href="/x?token=abc&amp;b=2">`, `&lt;input name=&quot;token&quot; value=&quot;abc&quot;&gt;`, "pin=1234", "spin=1234", "user[password]=abc", "user%5Bpassword%5D=abc", "user%5bpin%5d=1234&b=2", "%5Btoken%5D=abc", "a%5B0%5D=b", "5Dtoken=abc", "user%5Bname%5D=a%5Bpassword%5D=b", "accessToken=abc", "connect.sid=abc", "otp2=123456", "PASSWORD=abc", "passwörter=abc", "compass=abc", "a.b.c=d",
		"token=abc token=def", "token=\"a b\" c", "token='a b' c", "token=abc;b", "token=abc|b", "token=<b>", "x\\token=abc", "%74oken=abc", "token%253Dabc%2526b", "Proxy-Authorization: Basic eA==", `"authorization": "Bearer abc"`, `headers: {"x-auth-token": "abc", "accept": "*/*"}`, "password:abc", "Password: abc",
		`"{\\n  \\\"token\\\": \\\"abc\\\"}"`, `"{\\r\\n\\t\\\"a\\\":1,\\n  \\\"token\\\": \\\"abc\\\"}"`, `"say\\n  \\\"token\\\": \\\"abc\\\""`, `<input name=token value="" placeholder=x>`, `<input value= name=token>`, `<button name=token value='a b'>`,
		"a%3Btoken=abc", "a%4Dtoken=abc", "x%6Btoken=abc", "%5Ctoken=abc",
		strings.Repeat("x", 90) + "token=abc", "token=" + strings.Repeat("y", 3000),
	} {
		out := mask.Fields(text)
		if len(out) > 200 {
			out = fmt.Sprintf("%d characters", len(out))
		}
		if len(text) > 100 {
			text = text[:100] + "..."
		}
		fmt.Fprintf(&b, "%q\n  %q\n", text, out)
	}
	suite.Golden(t, "testdata/fields.txt", b.String())
}
