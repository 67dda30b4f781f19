package practice

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// account names the secrets that signIn asks for. The practice shop's account is public, so there they need not be set.
var account = []string{"shop-email", "shop-password"}

// signIn goes in by the front door, as a customer does. A journey that calls it declares account as its Secrets.
func signIn(t *journey.T, tab *browser.Tab) {
	tab.Visit("/sign-in")
	tab.Fill(browser.Field("E-mail"), t.Secret("shop-email"))
	tab.Fill(browser.Field("Password"), t.Secret("shop-password"))
	tab.Click(browser.Button("Sign in"))
	tab.See(browser.Heading("Your cards"))
}
