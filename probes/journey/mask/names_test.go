package mask_test

import (
	"strings"
	"testing"

	"valkyrie/probes/journey/mask"
)

// TestFields checks that the value of a field with the name of a secret is hidden in each kind of text, and only that.
func TestFields(t *testing.T) {
	for text, want := range map[string]string{
		"GET /in?token=s3same&x=1 answered 404":                                             "GET /in?token=[hidden]&x=1 answered 404",
		"/cb#access_token=s3same&state=4":                                                   "/cb#access_token=[hidden]&state=4",
		"/cb?code=s3same-s3same-s3same&code=404":                                            "/cb?code=[hidden]&code=404",
		"/?next=%2Fcb%3Ftoken%3Ds3same%26x%3D1&y=2":                                         "/?next=%2Fcb%3Ftoken%3D[hidden]%26x%3D1&y=2",
		"/?next=%252Fcb%253Ftoken%253Ds3same%2526x":                                         "/?next=%252Fcb%253Ftoken%253D[hidden]%2526x",
		`"text": "csrf=%5Bhidden%5D\u0026n=Ada\u0026pw=s3same\u0026m=1"`:                    `"text": "csrf=%5Bhidden%5D\u0026n=Ada\u0026pw=[hidden]\u0026m=1"`,
		"/a;jsessionid=s3same?x=1":                                                          "/a;jsessionid=[hidden]",
		`{"user":"anna","password":"s3\"same","n":1}`:                                       `{"user":"anna","password":"[hidden]","n":1}`,
		`{"pin": 1234, "pinned": 5, "token": null, "otp":true}`:                             `{"pin": [hidden], "pinned": 5, "token": null, "otp":true}`,
		`{"text":"{\"accessToken\":\"s3same\",\"a\":1}"}`:                                   `{"text":"{\"accessToken\":\"[hidden]\",\"a\":1}"}`,
		`{"tokens":["s3same","s3same]"],"x":{"credentials":{"user":"s3same"}}}`:             `{"tokens":[hidden],"x":{"credentials":[hidden]}}`,
		"{\n  \"api-key\" : \"s3same\",\n  \"a\": \"b\"\n}":                                 "{\n  \"api-key\" : \"[hidden]\",\n  \"a\": \"b\"\n}",
		"X-Auth-Key: s3same\r\nX-Session-Id: s3same\nDate: now":                             "X-Auth-Key: [hidden]\r\nX-Session-Id: [hidden]\nDate: now",
		"password=s3same&user=anna":                                                         "password=[hidden]&user=anna",
		`<input type=hidden name="csrf_token" value="s3same"><input name=q value=shoes>`:    `<input type=hidden name="csrf_token" value="[hidden]"><input name=q value=shoes>`,
		`<meta content='s3same' name=csrf-token><input value=s3same type=password>`:         `<meta content='[hidden]' name=csrf-token><input value=[hidden] type=password>`,
		`window.x = {csrfToken: 1}; data-auth-token="s3same"`:                               `window.x = {csrfToken: 1}; data-auth-token="[hidden]"`,
		`could not fill Field("Password"): the page says "Password: at least 8 characters"`: `could not fill Field("Password"): the page says "Password: at least 8 characters"`,
		`expected Button("Session"), got the author's keyboard: it passed`:                  `expected Button("Session"), got the author's keyboard: it passed`,
	} {
		if got := mask.Fields(text); got != want {
			t.Errorf("%s\nbecame %s\n  want %s", text, got, want)
		}
		if again := mask.Fields(mask.Fields(text)); again != mask.Fields(text) {
			t.Errorf("%s: masked again it is %s", text, again)
		}
	}
}

func TestIsSecretName(t *testing.T) {
	for name, want := range map[string]bool{
		"X-Session": true, "X-Session-Token": true, "X-Auth-Key": true, "x-api-key": true, "apiKey": true, "PHPSESSID": true, "connect.sid": true,
		"user[password]": true, "newPassword2": true, "pwd": true, "pass": true, "cvc": true, "card_number": true, "cardNumber": true,
		"one-time-code": true, "userPin": true, "myOTP": true, "Pin": true, "USERpin": false, "UserPinCode": true, "userpin": false, "X-Amz-Signature": true, "SAMLResponse": true, "client_secret": true, "id_token": true, "Cookie": true, "Authorization": true,
		"author": false, "passenger": false, "passed": false, "keyboard": false, "side": false, "pinned": false, "assign": false, "possession": false,
		"description": false, "Content-Type": false, "name": false, "email": false, "": false,
	} {
		if got := mask.IsSecretName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// TestParts checks that the parts of a secret that is typed into several fields are masked, and others are not.
func TestParts(t *testing.T) {
	var m mask.Mask
	m.Add("shop", "hunter22-x9")
	for part, want := range map[string]bool{"hunter": true, "22-x9": true, "x9": true, "hunter22-x9": false, "anna": false, "": false} {
		if got := m.AddPart(part); got != want {
			t.Errorf("%q: %v", part, got)
		}
	}
	if got := m.Text("a=hunter b=22-x9 c=x9 d=hunter22-x9"); strings.Contains(got, "hunter") || strings.Contains(got, "22-") || !strings.Contains(got, "c=x9") {
		t.Error(got)
	}
	m = mask.Mask{}
	var fresh mask.Mask
	fresh.Add("shop", "hunter22-x9")
	for _, c := range []struct {
		values []string
		hidden string
	}{
		{[]string{"anna", "hunter", "22-x9", "de"}, "-**-"},
		{[]string{"h", "u", "n", "t", "e", "r", "2", "2", "-", "x", "9"}, "***********"},
		{[]string{"hunter", "", "22-x9"}, "*-*"},
		{[]string{"hunter", "x9"}, "--"},
		{[]string{"hunter22-x9"}, "*"},
		{nil, ""},
	} {
		got := ""
		for _, hidden := range fresh.Split(c.values) {
			got += map[bool]string{true: "*", false: "-"}[hidden]
		}
		if got != c.hidden {
			t.Errorf("%q: %s, want %s", c.values, got, c.hidden)
		}
	}
}

// TestFile checks that the content of a file, not the name that the site gave it, decides how it is masked.
func TestFile(t *testing.T) {
	var m mask.Mask
	m.Add("shop", "hunter22")
	for name, content := range map[string]string{
		"download-a.png": "hunter22", "a.PNG": "\x89PNG hunter22", "a.jpg": "aHVudGVyMjI=", "a.txt": "h\x00u\x00n\x00t\x00e\x00r\x002\x002\x00", "a.html": "\xff hunter22", "a": "hunter22",
	} {
		if got := string(m.File(name, []byte(content))); m.Has(got) || len(got) != len(content) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestUnseenCharacters checks which characters within a secret do not hide it: those that a reader does not see, and escapes.
func TestUnseenCharacters(t *testing.T) {
	var m mask.Mask
	m.Add("shop", "correct horse-9é")
	for text, want := range map[string]bool{
		"correct horse-9é": true, "cor\u200brect horse-9é": true, "cor\u200crect horse-9é": true, "cor\u200drect horse-9é": true, "cor\u00adrect horse-9é": true,
		"cor\u2060rect horse-9é": true, "cor\ufeffrect horse-9é": true, "cor\x00rect horse-9é": true,
		"cor\u200arect horse-9é": false, "cor\u200erect horse-9é": false, "corérect horse-9é": false, "cor—rect horse-9é": false, "correct horse-9e": false,
		`correct\ horse\-9é`: true, `correct\ horse\-9\u00e9`: true, "correct horse-9%C3%A9": true, "correct horse=2D9=C3=A9": true, "correct horse=2D9=C3=\r\n=A9": true,
		"correct horse-9=C3": false, "correct horse-9=C3=4": false, "correct horse-9%C3%": false, "correct horse-9%C3A9": false,
	} {
		if got := m.Has(text); got != want {
			t.Errorf("%q: found %t", text, got)
		}
	}
}
