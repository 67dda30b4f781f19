package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// JSON decodes the response into v, a pointer, from an empty value. A response that is not JSON, or does not fit, fails the
// step. So does one without a field of v, or with null for it, unless the field is a pointer, or its tag has omitempty: what
// the site has left out must not pass as zero. Numbers in an any are json.Number, exact.
func (a Answer) JSON(v any) {
	a.whole()
	body := a.jsonBody()
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		a.step.Brokenf("%s: JSON needs a pointer to decode into, got a %T", a.name, v)
	}
	target.Elem().SetZero()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(v); err != nil {
		a.step.Failf("%s: expected JSON: %v%s", a.name, err, a.excerpt())
	}
	if missing := missingFields(parsed(body), target.Elem().Type(), ""); len(missing) > 0 {
		a.step.Failf("%s: expected JSON with %s%s", a.name, strings.Join(missing, " and "), a.excerpt())
	}
}

// jsonBody returns the body without a byte order mark. It fails the step unless it is one JSON value.
func (a Answer) jsonBody() []byte {
	body := bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf"))
	var any json.RawMessage
	if err := json.Unmarshal(body, &any); err != nil {
		a.step.Failf("%s: expected JSON: %v%s", a.name, err, a.excerpt())
	}
	return body
}

// parsed is a JSON value as maps, lists, strings, json.Numbers and booleans.
func parsed(body []byte) (v any) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	_ = decoder.Decode(&v) // it was checked
	return v
}

// missingFields lists what the type expects and the value lacks, such as `"status"` or `a value instead of null`.
func missingFields(value any, t reflect.Type, path string) (missing []string) {
	if t.Kind() == reflect.Pointer {
		if value == nil {
			return nil
		}
		t = t.Elem()
	}
	pointer := reflect.PointerTo(t)
	isLeaf := pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	switch {
	case value == nil && (path == "" || t.Kind() != reflect.Slice && t.Kind() != reflect.Map && t.Kind() != reflect.Interface):
		return []string{"a value instead of null" + where(path)}
	case isLeaf:
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		object, _ := value.(map[string]any)
		return missingIn(object, t, path)
	case reflect.Slice, reflect.Array:
		list, _ := value.([]any)
		for i, item := range list {
			missing = append(missing, missingFields(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))...)
		}
	case reflect.Map:
		object, _ := value.(map[string]any)
		for key, item := range object {
			missing = append(missing, missingFields(item, t.Elem(), join(path, key))...)
		}
	}
	return missing[:min(len(missing), 3)]
}

// missingIn lists the fields of a struct that an object lacks.
func missingIn(object map[string]any, t reflect.Type, path string) (missing []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			missing = append(missing, missingIn(object, f.Type, path)...)
			continue
		case name == "":
			name = f.Name
		}
		value, key, ok := member(object, name)
		switch {
		case ok:
			missing = append(missing, missingFields(value, f.Type, join(path, key))...)
		case f.Type.Kind() != reflect.Pointer && !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero"):
			missing = append(missing, fmt.Sprintf("the field %q", join(path, name)))
		}
	}
	return missing
}

// member finds an object's member as encoding/json does: exactly, else in any case.
func member(object map[string]any, name string) (value any, key string, ok bool) {
	if value, ok = object[name]; ok {
		return value, name, true
	}
	for key, value := range object {
		if strings.EqualFold(key, name) {
			return value, key, true
		}
	}
	return nil, name, false
}

func where(path string) string {
	if path == "" {
		return ""
	}
	return fmt.Sprintf(" for %q", path)
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// ExpectJSON fails the step unless the response is JSON with a value at a path, such as "jobs[0].status" or "total"; "" is the
// whole. want is compared as JSON: 3, "queued", nil, []string{"a"}.
func (a Answer) ExpectJSON(path string, want any) Answer {
	a.whole()
	got, at, ok := lookUp(parsed(a.jsonBody()), path)
	if !ok {
		a.step.Failf("%s: expected JSON with %q, got none at %q%s", a.name, path, at, a.excerpt())
	}
	text, err := json.Marshal(want)
	if err != nil {
		a.step.Brokenf("%s: encoding what is expected at %q failed: %v", a.name, path, err)
	}
	if !sameJSON(got, parsed(text)) {
		found, _ := json.Marshal(got)
		a.step.Failf("%s: expected %s at %q, got %s", a.name, text, path, found)
	}
	return a
}

// sameJSON compares values; 1, 1.0 and 1e0 are the same.
func sameJSON(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, both := b.(json.Number)
	if isNumber && both {
		fx, errX := x.Float64()
		fy, errY := y.Float64()
		return x == y || errX == nil && errY == nil && fx == fy && strings.ContainsAny(string(x+y), ".eE")
	}
	switch p := a.(type) {
	case []any:
		q, ok := b.([]any)
		if !ok || len(p) != len(q) {
			return false
		}
		for i := range p {
			if !sameJSON(p[i], q[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		q, ok := b.(map[string]any)
		if !ok || len(p) != len(q) {
			return false
		}
		for key := range p {
			if other, ok := q[key]; !ok || !sameJSON(p[key], other) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

// lookUp finds the value at a path, and how far it got.
func lookUp(value any, path string) (found any, at string, ok bool) {
	path = strings.NewReplacer("[", ".", "]", "").Replace(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."))
	for part := range strings.SplitSeq(path, ".") {
		if part == "" {
			continue
		}
		at = join(at, part)
		switch v := value.(type) {
		case map[string]any:
			if value, ok = v[part]; !ok {
				return nil, at, false
			}
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, at, false
			}
			value = v[i]
		default:
			return nil, at, false
		}
	}
	return value, at, true
}

// ExpectSchema fails the step unless the response is JSON that fits a JSON Schema, given as its text. It loads no other schema.
func (a Answer) ExpectSchema(schema string) Answer {
	const name = "schema.json"
	a.whole()
	body := a.jsonBody()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err == nil {
		err = compiler.AddResource(name, doc)
	}
	var compiled *jsonschema.Schema
	if err == nil {
		compiled, err = compiler.Compile(name)
	}
	if err != nil {
		a.step.Brokenf("%s: the schema is not valid: %v", a.name, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = compiled.Validate(value)
	}
	if err != nil {
		lines := strings.SplitN(err.Error(), "\n", 5)
		a.step.Failf("%s: expected JSON that fits the schema: %s%s", a.name, strings.Join(lines[1:min(len(lines), 4)], "; "), a.excerpt())
	}
	return a
}

// noLoader refuses to load schemas from elsewhere.
type noLoader struct{}

func (noLoader) Load(address string) (any, error) {
	return nil, fmt.Errorf("load %s: %w: a schema must be complete in itself", address, io.ErrUnexpectedEOF)
}

// ExpectGraphQL fails the step if the answer has errors: GraphQL reports them with a status of 200.
func (a Answer) ExpectGraphQL() Answer {
	a.whole()
	object, ok := parsed(a.jsonBody()).(map[string]any)
	if !ok {
		a.step.Failf("%s: expected a GraphQL answer, an object%s", a.name, a.excerpt())
	}
	switch errs, _ := object["errors"].([]any); {
	case len(errs) > 0:
		first, _, _ := lookUp(errs[0], "message")
		a.step.Failf("%s: expected a GraphQL answer without errors, got %d: %v", a.name, len(errs), first)
	case object["errors"] != nil && errs == nil:
		a.step.Failf("%s: expected a GraphQL answer without errors, got %v", a.name, object["errors"])
	case object["data"] == nil:
		a.step.Failf("%s: expected a GraphQL answer with data%s", a.name, a.excerpt())
	}
	return a
}
