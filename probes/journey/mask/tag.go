package mask

import (
	"regexp"
	"slices"
	"strings"
)

// taggedValue matches a tag with a name and a value; the groups of attribute are its name and the three kinds of values.
var (
	taggedValue = regexp.MustCompile(`(?i)<(?:input|meta|textarea|button|param|option)\b[^>]{0,1000}>`)
	attribute   = regexp.MustCompile(`(?is)([a-z][\w:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
)

// hideTag hides the value of a field or a piece of metadata that has the name of a secret.
func hideTag(tag string) string {
	named := false
	all := attribute.FindAllStringSubmatchIndex(tag, -1)
	text := func(m []int) (from, to int) {
		for g := 4; g < len(m); g += 2 {
			if m[g] >= 0 {
				return m[g], m[g+1]
			}
		}
		return 0, 0
	}
	for _, m := range all {
		from, to := text(m)
		switch strings.ToLower(tag[m[2]:m[3]]) {
		case "name", "id", "property", "autocomplete", "type":
			named = named || IsSecretName(tag[from:to])
		}
	}
	if !named {
		return tag
	}
	for _, m := range slices.Backward(all) {
		from, to := text(m)
		switch strings.ToLower(tag[m[2]:m[3]]) {
		case "value", "content":
			if to > from {
				tag = tag[:from] + Hidden + tag[to:]
			}
		}
	}
	return tag
}
