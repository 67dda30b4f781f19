package alerts

import _ "embed"

//go:embed alerts.yaml
var shipped []byte

// Shipped is the alerts.yaml that was built into the program.
func Shipped() []byte { return shipped }

//go:embed example.yaml
var example []byte

// Example is the file that shows everything alerts.yaml can say. Tests judge by it, and not by Shipped, which is the
// user's to change.
func Example() []byte { return example }
