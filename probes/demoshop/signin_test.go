package demoshop

import (
	"net/http"
	"net/url"
	"testing"
)

func TestFrontPage(t *testing.T) {
	_, server := open(t, instant())
	arrives(t, server).get("/").wantPage(t, http.StatusOK, ">Cards</a>", ">Catalogue</a>", ">Cart</a>", ">Sign in</a>")
	teacher(t, server).get("/").wantPage(t, http.StatusOK, "Signed in as teacher@example.com", ">Sign out</button>")
}

func TestSignIn(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	asked := c.get("/cards/new")
	if asked.path != "/sign-in" {
		t.Fatalf("/cards/new without sign-in leads to %s, want /sign-in", asked.path)
	}
	asked.wantPage(t, http.StatusOK, `<label for="email">E-mail</label>`, `<label for="password">Password</label>`, `value="/cards/new"`)

	wrong := c.post("/sign-in", "email", DemoEmail, "password", "guess")
	wrong.wantPage(t, http.StatusUnprocessableEntity, "That e-mail and password do not match.", DemoEmail)

	right := c.post("/sign-in", "email", " Teacher@Example.com", "password", DemoPassword, "next", "/cards/new")
	right.wantPage(t, http.StatusOK, "New card")
	if right.path != "/cards/new" {
		t.Errorf("signed in and landed on %s, want /cards/new", right.path)
	}

	c.post("/sign-out").wantPage(t, http.StatusOK, ">Sign in</a>")
	if got := c.get("/cards").path; got != "/sign-in" {
		t.Errorf("/cards after sign-out leads to %s, want /sign-in", got)
	}
}

func TestSessionCookie(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	cookie, err := http.ParseSetCookie(c.get("/sign-in").header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || len(cookie.Value) < 20 {
		t.Errorf("weak session cookie: %v", cookie)
	}
	c.post("/sign-in", "email", DemoEmail, "password", DemoPassword)
	address, _ := url.Parse(server.URL)
	if got := c.http.Jar.Cookies(address)[0].Value; got == cookie.Value {
		t.Error("the session keeps its cookie over sign-in: it could have been planted")
	}
}

func TestFormsNeedTheirToken(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	for _, path := range []string{"/sign-in", "/sign-out", "/cards/preview", "/print", "/cart", "/orders", "/backstage/cache-down"} {
		c.csrf = "made up" // each refusal is a page with the right one
		if got := c.post(path).status; got != http.StatusForbidden {
			t.Errorf("POST %s with a made-up token: status %d, want 403", path, got)
		}
	}
}

func TestFormFromAnotherSiteIsRefused(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	request := c.form("/faults/cache-down", "on", "true")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := c.do(request).status; got != http.StatusForbidden {
		t.Errorf("status %d, want 403", got)
	}
}

func TestHugeFormIsRefused(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	huge := make([]byte, maxFormBytes+1)
	c.post("/print", "words", string(huge)).wantPage(t, http.StatusRequestEntityTooLarge, "too long")
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/cards/new?x=1":       "/cards/new?x=1",
		"":                     "/cards",
		"https://evil.example": "/cards",
		"//evil.example":       "/cards",
		`/\evil.example`:       "/cards",
		"/\t/evil.example":     "/cards",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}
