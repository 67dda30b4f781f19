package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"valkyrie/probes/journey"
)

// Fresh is how long a Vault uses the secrets it has read: a rotated secret takes effect within that time, without a
// deployment.
const Fresh = 5 * time.Minute

// readLimit is the timeout for reading them: a run reports missing secrets rather than wait.
const readLimit = 5 * time.Second

// A Vault finds secrets that are stored at AWS. Refresh reads all of them at once and keeps them in memory only: no step of
// a journey waits for one, and none is in the environment, in a file or in a log. It is safe for concurrent use.
type Vault struct {
	source string
	read   func(ctx context.Context) (map[string]string, error)
	now    func() time.Time

	mu     sync.Mutex
	values map[string]string
	at     time.Time // when they were read
	why    error     // why the last read failed; nil: it succeeded
}

// NewVault returns a vault of a source, which is one of
//
//	ssm:/valkyrie/journeys/      SecureString parameters below that path, a secret each: /valkyrie/journeys/shop-password
//	ssm:/valkyrie/shop-password  one parameter, a secret named shop-password
//	secretsmanager:NAME          one secret of Secrets Manager that holds a JSON object of names and values
//
// It does not read: call Refresh.
func NewVault(cfg aws.Config, source string) (*Vault, error) {
	kind, name, _ := strings.Cut(source, ":")
	v := &Vault{source: source, now: time.Now, why: errors.New("not read yet")}
	switch {
	case kind == "ssm" && strings.HasPrefix(name, "/") && strings.HasSuffix(name, "/"):
		client := ssm.NewFromConfig(cfg)
		v.read = func(ctx context.Context) (map[string]string, error) { return parameters(ctx, client, name) }
	case kind == "ssm" && strings.HasPrefix(name, "/"):
		client := ssm.NewFromConfig(cfg)
		v.read = func(ctx context.Context) (map[string]string, error) { return parameter(ctx, client, name) }
	case kind == "secretsmanager" && name != "":
		client := secretsmanager.NewFromConfig(cfg)
		v.read = func(ctx context.Context) (map[string]string, error) { return document(ctx, client, name) }
	default:
		return nil, fmt.Errorf("read the source of secrets %q: expected ssm:/path/, ssm:/path/name or secretsmanager:name", source)
	}
	return v, nil
}

// Refresh reads the secrets if the last read was longer than Fresh ago. After an error, which names the source and never
// contains a secret, the secrets read before remain in use.
func (v *Vault) Refresh(ctx context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.at.IsZero() && v.now().Sub(v.at) < Fresh {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	values, err := v.read(ctx)
	if err != nil {
		v.why = err
		return v.unread()
	}
	v.values, v.at = values, v.now()
	return nil
}

func (v *Vault) unread() error {
	return fmt.Errorf("read the secrets of %s: %w", v.source, v.why)
}

// Find returns the secret with that name, as journey.Stage requires.
func (v *Vault) Find(name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if value := v.values[name]; value != "" {
		return value, nil
	}
	if v.at.IsZero() {
		return "", v.unread()
	}
	return "", fmt.Errorf("%w as %q in %s; put it there (it is seen within %v)", journey.ErrNoSecret, name, v.source, Fresh)
}

// parameters returns the parameters below a path, keyed by the last part of their names.
func parameters(ctx context.Context, client *ssm.Client, path string) (map[string]string, error) {
	all := map[string]string{}
	pages := ssm.NewGetParametersByPathPaginator(client, &ssm.GetParametersByPathInput{Path: &path, WithDecryption: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parameters {
			all[strings.TrimPrefix(aws.ToString(p.Name), path)] = aws.ToString(p.Value)
		}
	}
	return all, nil
}

func parameter(ctx context.Context, client *ssm.Client, name string) (map[string]string, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return map[string]string{path.Base(name): aws.ToString(out.Parameter.Value)}, nil
}

// document reads the JSON in one secret. Its errors do not quote the text, which holds secrets.
func document(ctx context.Context, client *secretsmanager.Client, name string) (map[string]string, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		return nil, err
	}
	var all map[string]string
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &all) != nil {
		return nil, errors.New(`expected a JSON object of names and values; write {"shop-password": "...", "shop-email": "..."}`)
	}
	return all, nil
}
