// Package config reads alerts.yaml into the values that judge, oncall and the other packages use. Parse reports all faults
// of a file at once, each with its line, its field, the expected value and the cure.
package config

import (
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

// Config holds the settings of alerts.yaml: when to open an incident, and whom to notify.
type Config struct {
	Judge       judge.Policy  `yaml:"judge"`
	OnCall      oncall.OnCall `yaml:"on_call"`
	Phone       Caller        `yaml:"phone"`
	Subscribers Subscribers   `yaml:"tell"`
}

// A Caller is the phone number that calls and texts come from.
type Caller struct {
	From   string `yaml:"from"`   // E.164
	Shared bool   `yaml:"shared"` // another deployment has the same number
}

// defaults returns the default of every setting.
func defaults() Config {
	return Config{
		Judge:  judge.DefaultPolicy(),
		OnCall: oncall.OnCall{RepeatAfter: 5 * time.Minute, AckExpires: 30 * time.Minute, Gather: 10 * time.Second, Caps: oncall.Caps{CallsPerHour: 30, TextsPerHour: 60}},
	}
}
