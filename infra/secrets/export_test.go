package secrets

import (
	"context"
	"time"
)

// VaultOf returns a vault that reads by calling read.
func VaultOf(read func(context.Context) (map[string]string, error)) *Vault {
	return &Vault{source: "a test", read: read, now: time.Now}
}
