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

// A token is the first 128 bits of HMAC-SHA256 over the job's name. So one key makes the addresses of all batches, and
// none of them tells another; changing the key changes them all.
func token(key []byte, job string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("beat:" + job))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// rightToken takes as long for a wrong token as for the right one.
func rightToken(key []byte, job, given string) bool {
	return subtle.ConstantTimeCompare([]byte(token(key, job)), []byte(given)) == 1 && len(key) > 0
}

// BeatURL is the address that a batch reports to; /start, /progress, /finish or /fail follows. base is the handler's
// PublicURL.
func BeatURL(base string, key []byte, job string) string {
	return fmt.Sprintf("%s/beat/%s/%s", strings.TrimSuffix(base, "/"), url.PathEscape(job), token(key, job))
}

// keyItem is where a machine of one's own keeps its key.
const keyItem = "WEBHOOK#beat-key"

// Key is the key that is kept in the store, a random one if there is none yet: so on a machine of one's own there is
// nothing to set up, and addresses stay what they are.
func Key(ctx context.Context, items incident.Items) ([]byte, error) {
	for {
		item, err := items.Item(ctx, keyItem)
		if err != nil {
			return nil, fmt.Errorf("the key for the addresses of batches cannot be read: %w", err)
		}
		if item.Version > 0 {
			return item.Data, nil
		}
		item.Key, item.Data = keyItem, []byte(rand.Text())
		if err := items.PutItem(ctx, item); err != nil && !errors.Is(err, incident.ErrConflict) {
			return nil, fmt.Errorf("the key for the addresses of batches cannot be kept: %w", err)
		}
	}
}
