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
}

// OnCall says who is told, and in which order.
type OnCall struct {
	People      []Person      `yaml:"people"`
	Escalation  []string      `yaml:"escalation"`   // names of people
	RepeatAfter time.Duration `yaml:"repeat_after"` // default 5m; at least 1s
}

// A Person can be called.
type Person struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"` // E.164: + and up to 15 digits
}

// chain is the people in the order of escalation.
func (o OnCall) chain() []Person {
	var chain []Person
	for _, name := range o.Escalation {
		for _, p := range o.People {
			if p.Name == name {
				chain = append(chain, p)
			}
		}
	}
	return chain
}

// A Caller is the number that calls come from.
type Caller struct {
	From string `yaml:"from"` // E.164
}

// defaults is the one place where they are.
func defaults() Config {
	return Config{
		Judge:  defaultPolicy(),
		OnCall: OnCall{RepeatAfter: 5 * time.Minute},
	}
}

//go:embed alerts.yaml
var shipped []byte

// Shipped is the alerts.yaml that was built into the program.
func Shipped() []byte { return shipped }
