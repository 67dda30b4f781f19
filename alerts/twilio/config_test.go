package twilio_test

import (
	"strings"
	"testing"

	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

func good() twilio.ClientConfig {
	return twilio.ClientConfig{AccountSID: standin.DemoAccountSID, AuthToken: token, From: ourNumber}
}

func TestNewNamesEachFault(t *testing.T) {
	tests := []struct {
		change func(*twilio.ClientConfig)
		want   string
	}{
		{func(c *twilio.ClientConfig) { c.AccountSID = "SK123" }, `account SID "SK123": want AC and`},
		{func(c *twilio.ClientConfig) { c.AuthToken = "" }, "auth token is missing"},
		{func(c *twilio.ClientConfig) { c.AuthToken = "s3cret token" }, "auth token: want letters and digits"},
		{func(c *twilio.ClientConfig) { c.From = "5005550006" }, `from "5005550006": want a number in E.164`},
		{func(c *twilio.ClientConfig) { c.BaseURL = "localhost:80" }, "base URL: want scheme://host"},
		{func(c *twilio.ClientConfig) { c.BaseURL = "http://me:s3cret@localhost" }, "base URL: want scheme://host"},
		{func(c *twilio.ClientConfig) { c.BaseURL = "http://localhost/api" }, "base URL: want scheme://host"},
		{func(c *twilio.ClientConfig) { c.CallbackURL = "https://example.org/" }, "callback URL: want"},
		{func(c *twilio.ClientConfig) { c.CallbackURL = "https://example.org?token=s3cret" }, "callback URL: want"},
		{func(c *twilio.ClientConfig) { c.CallbackURL = "example.org" }, "callback URL: want"},
		{func(c *twilio.ClientConfig) { c.Timeout = -1 }, "timeout -1ns: want 0 or more"},
	}
	for _, tt := range tests {
		cfg := good()
		tt.change(&cfg)
		_, err := twilio.New(cfg)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("New: %v: want %q, and no secret", err, tt.want)
		}
	}
}

func TestNewNamesAllFaultsAtOnce(t *testing.T) {
	_, err := twilio.New(twilio.ClientConfig{BaseURL: "x", CallbackURL: "y", Timeout: -1})
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("New: %v: want six faults, one a line", err)
	}
}

func TestNewAcceptsGoodAddresses(t *testing.T) {
	for _, address := range []string{
		"", "https://example.org", "http://127.0.0.1:8080", "http://[::1]:8080", "https://x.lambda-url.eu-west-1.on.aws",
		"https://example.org/hooks/v1",
	} {
		cfg := good()
		cfg.CallbackURL = address
		if _, err := twilio.New(cfg); err != nil {
			t.Errorf("New with callback URL %q: %v", address, err)
		}
	}
}
