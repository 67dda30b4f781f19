package probes

import "valkyrie/probes/browser"

// The practice shop's own account, which its sign-in page shows to everybody.
const (
	email    = "teacher@example.com"
	password = "bingo-practice"
)

// signIn goes in by the front door, as a customer does.
func signIn(tab *browser.Tab) {
	tab.Visit("/sign-in")
	tab.Fill(browser.Field("E-mail"), email)
	tab.Fill(browser.Field("Password"), password)
	tab.Click(browser.Button("Sign in"))
	tab.See(browser.Heading("Your cards"))
}
