package config

import (
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

// Config is what alerts.yaml says: when an incident is opened, and who is told.
type Config struct {
	Judge       judge.Policy  `yaml:"judge"`
	OnCall      oncall.OnCall `yaml:"on_call"`
	Phone       Caller        `yaml:"phone"`
	Subscribers Subscribers   `yaml:"tell"`
}

// A Caller is the number that calls come from.
type Caller struct {
	From string `yaml:"from"` // E.164
}

// defaults is the one place where they are.
func defaults() Config {
	return Config{
		Judge:  judge.DefaultPolicy(),
		OnCall: oncall.OnCall{RepeatAfter: 5 * time.Minute, AckExpires: 30 * time.Minute, Gather: 10 * time.Second, Caps: oncall.Caps{CallsPerHour: 30, TextsPerHour: 60}},
	}
}
