package cloudtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Parameter stores a SecureString parameter, in every region.
func (c *Cloud) Parameter(name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parameters[name] = value
}

// Secret stores a secret of Secrets Manager, in every region.
func (c *Cloud) Secret(name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets[name] = value
}

// pageSize is the number of parameters in a response: less than AWS's ten, so that tests exercise a second page.
const pageSize = 2

// serveSecrets implements SSM and Secrets Manager, both in the JSON protocol.
// See https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
func (c *Cloud) serveSecrets(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name, Path, SecretID, NextToken string
		WithDecryption                  bool
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, "SerializationException")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch operation(r) {
	case "GetParametersByPath":
		c.byPath(w, in.Path, in.NextToken, in.WithDecryption)
	case "GetParameter":
		if _, ok := c.parameters[in.Name]; !ok {
			refuse(w, "ParameterNotFound")
			return
		}
		answer(w, map[string]any{"Parameter": c.parameter(in.Name, in.WithDecryption)})
	case "GetSecretValue":
		value, ok := c.secrets[in.SecretID]
		if !ok {
			refuse(w, "ResourceNotFoundException")
			return
		}
		answer(w, map[string]any{"Name": in.SecretID, "SecretString": value})
	default:
		refuse(w, "UnknownOperationException")
	}
}

func (c *Cloud) byPath(w http.ResponseWriter, path, after string, decrypt bool) {
	var names []string
	for name := range c.parameters {
		rest, ok := strings.CutPrefix(name, path)
		if ok && !strings.Contains(rest, "/") && name > after {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := map[string]any{}
	if len(names) > pageSize {
		names = names[:pageSize]
		out["NextToken"] = names[pageSize-1]
	}
	page := []any{}
	for _, name := range names {
		page = append(page, c.parameter(name, decrypt))
	}
	out["Parameters"] = page
	answer(w, out)
}

// parameter returns a parameter in AWS's form; its value is encrypted unless decryption was requested.
func (c *Cloud) parameter(name string, decrypt bool) map[string]any {
	value := c.parameters[name]
	if !decrypt {
		value = "AQICAHencrypted"
	}
	return map[string]any{"Name": name, "Type": "SecureString", "Value": value}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(v) // the client notices a truncated response
}

func refuse(w http.ResponseWriter, kind string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": "refused by the stand-in"})
}
