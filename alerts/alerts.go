package alerts

import _ "embed"

//go:embed alerts.yaml
var shipped []byte

// Shipped returns the alerts.yaml embedded in the program.
func Shipped() []byte { return shipped }

//go:embed example.yaml
var example []byte

// Example returns the file with every setting of alerts.yaml. Tests use it instead of Shipped, which belongs to the user.
func Example() []byte { return example }
