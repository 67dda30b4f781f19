package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"valkyrie/alerts/incident"
)

// token returns the first 128 bits of HMAC-SHA256 over the job's name. One key yields the addresses of all batches, and no
// address reveals another; changing the key changes all of them.
func token(key []byte, job string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("beat:" + job))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// rightToken compares in constant time.
func rightToken(key []byte, job, given string) bool {
	return subtle.ConstantTimeCompare([]byte(token(key, job)), []byte(given)) == 1 && len(key) > 0
}

// BeatURL returns the address that a batch reports to; /start, /progress, /finish or /fail follows. base is the handler's
// PublicURL.
func BeatURL(base string, key []byte, job string) string {
	return fmt.Sprintf("%s/beat/%s/%s", strings.TrimSuffix(base, "/"), url.PathEscape(job), token(key, job))
}

// keyItem is the item that holds the key when the laptop generates it.
const keyItem = "WEBHOOK#beat-key"

// Key returns the key in the store, and creates a random one if there is none: a laptop needs no setup, and addresses stay
// the same.
func Key(ctx context.Context, items incident.Items) ([]byte, error) {
	for {
		item, err := items.Item(ctx, keyItem)
		if err != nil {
			return nil, fmt.Errorf("read the key for the addresses of batches: %w", err)
		}
		if item.Version > 0 {
			return item.Data, nil
		}
		item.Key, item.Data = keyItem, []byte(rand.Text())
		if err := items.PutItem(ctx, item); err != nil && !errors.Is(err, incident.ErrConflict) {
			return nil, fmt.Errorf("store the key for the addresses of batches: %w", err)
		}
	}
}
