package secrets

import (
	"context"
	"time"
)

// VaultOf is a vault of whatever read returns.
func VaultOf(ctx context.Context, read func(context.Context) (map[string]string, error)) (*Vault, error) {
	v := &Vault{source: "a test", read: read, now: time.Now}
	return v, v.Refresh(ctx)
}
