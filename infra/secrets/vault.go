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

// Fresh is for how long a Vault goes by what it has read: so a secret that was changed is the new one within that time,
// without a deployment.
const Fresh = 5 * time.Minute

// readLimit is how long reading them may take: a run would rather say that they are missing than wait.
const readLimit = 5 * time.Second

// A Vault finds secrets that are kept at AWS. All of them are read at once, by Refresh, and kept in memory only: no step of a
// journey waits for one, and none is in the environment, in a file or in a log. It is safe for concurrent use.
type Vault struct {
	source string
	read   func(ctx context.Context) (map[string]string, error)
	now    func() time.Time

	mu     sync.Mutex
	values map[string]string
	at     time.Time // when they were read
	why    error     // they could not be
}

// NewVault is a vault of a source, which is one of
//
//	ssm:/valkyrie/journeys/      SecureString parameters below that path, a secret each: /valkyrie/journeys/shop-password
//	ssm:/valkyrie/shop-password  one parameter, a secret named shop-password
//	secretsmanager:NAME          one secret of Secrets Manager that holds a JSON object of names and values
//
// It reads nothing yet: call Refresh.
func NewVault(cfg aws.Config, source string) (*Vault, error) {
	kind, name, _ := strings.Cut(source, ":")
	v := &Vault{source: source, now: time.Now, why: errors.New("they were not read yet")}
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
		return nil, fmt.Errorf("the source of secrets %q: expected ssm:/path/, ssm:/path/name or secretsmanager:name", source)
	}
	return v, nil
}

// Refresh reads the secrets if they were read longer than Fresh ago. After an error, which names the source and never holds
// a secret, what was read before still counts.
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
	return fmt.Errorf("the secrets of %s cannot be read: %w", v.source, v.why)
}

// Find returns the secret of that name, as journey.Stage wants it.
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

// parameters are those below a path, by the last part of their names.
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

// document is the JSON in one secret. What is wrong with it is not quoted: it holds secrets.
func document(ctx context.Context, client *secretsmanager.Client, name string) (map[string]string, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		return nil, err
	}
	var all map[string]string
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &all) != nil {
		return nil, errors.New(`it does not hold names and values; write {"shop-password": "...", "shop-email": "..."}`)
	}
	return all, nil
}
