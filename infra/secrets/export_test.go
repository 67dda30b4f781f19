package secrets

import (
	"context"
	"time"
)

// VaultOf is a vault of whatever read returns.
func VaultOf(read func(context.Context) (map[string]string, error)) *Vault {
	return &Vault{source: "a test", read: read, now: time.Now}
}
