// Package alertstest holds fixtures for the tests of the packages below alerts: runs, incidents, people, and a Court that
// judges runs and keeps the decisions.
package alertstest
