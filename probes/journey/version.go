package journey

import "strings"

// Version is the version of Valkyrie, as in CHANGELOG.md. The command line, the user agent and the HAR files report it.
const Version = "v0.1.0"

// Agent is the product that a deployment adds to the user agent of its browsers and API clients, so that a site's operators
// can distinguish its requests from customers'.
func Agent() string { return "Valkyrie/" + strings.TrimPrefix(Version, "v") }
