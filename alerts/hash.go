package alerts

import (
	"crypto/sha256"
	"encoding/hex"
)

// shortHash is a handle for an id that a person can read out.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
