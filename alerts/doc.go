// Package alerts decides when a person is woken, with which words, and makes sure that a person really was.
package alerts
