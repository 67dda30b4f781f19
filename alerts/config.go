package alerts

import (
	_ "embed"
	"time"
)

// Config is what alerts.yaml says: when an incident is opened, and who is told.
type Config struct {
	Judge  Policy `yaml:"judge"`
	OnCall OnCall `yaml:"on_call"`
	Phone  Caller `yaml:"phone"`
	Tell   Tell   `yaml:"tell"`
}

// A Caller is the number that calls come from.
type Caller struct {
	From string `yaml:"from"` // E.164
}

// defaults is the one place where they are.
func defaults() Config {
	return Config{
		Judge:  defaultPolicy(),
		OnCall: OnCall{RepeatAfter: 5 * time.Minute, AckExpires: 30 * time.Minute, Gather: 10 * time.Second, Caps: Caps{CallsPerHour: 30, TextsPerHour: 60}},
	}
}

//go:embed alerts.yaml
var shipped []byte

// Shipped is the alerts.yaml that was built into the program.
func Shipped() []byte { return shipped }

//go:embed example.yaml
var example []byte

// Example is the file that shows everything alerts.yaml can say. Tests judge by it, and not by Shipped, which is the
// user's to change.
func Example() []byte { return example }
