package practice

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// signIn goes in by the front door, as a customer does. The account is yours to give: the secrets shop-email and
// shop-password (for the practice shop they are known already).
func signIn(t *journey.T, tab *browser.Tab) {
	tab.Visit("/sign-in")
	tab.Fill(browser.Field("E-mail"), t.Secret("shop-email"))
	tab.Fill(browser.Field("Password"), t.Secret("shop-password"))
	tab.Click(browser.Button("Sign in"))
	tab.See(browser.Heading("Your cards"))
}
