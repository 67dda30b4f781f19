package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// NewID returns the id of an incident. It is computed from the journey, the kind and the opening slot, so that every region and
// every retry computes the same id.
func NewID(name string, k Kind, opened time.Time) string {
	return fmt.Sprintf("%s/%s/%s", name, k, opened.UTC().Format(time.RFC3339Nano))
}

// Short returns the handle that a person reads out or types: four hex digits of the hash of the id.
func (i Incident) Short() string {
	const digits = 4
	return shortHash(i.ID)[:digits]
}

// shortHash returns the SHA-256 of an id in hex.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// SameID reports whether both are states of the same incident.
func (i Incident) SameID(other Incident) bool { return i.ID == other.ID }
