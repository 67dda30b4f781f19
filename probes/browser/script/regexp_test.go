package script

import "testing"

func TestRegexp(t *testing.T) {
	for pattern, want := range map[string]string{
		`^a.$`:          `(?:^\u{61}[^\n]$)`,
		`(?i)k`:         `[\u{4b}\u{6b}\u{212a}]`,
		`(?i)7`:         `\u{37}`,
		`\d{2,3}`:       `(?:[\u{30}-\u{39}][\u{30}-\u{39}](?:[\u{30}-\u{39}])?)`,
		`a|bc`:          `(?:\u{61}|\u{62}\u{63})`,
		`(?P<n>[^a])+?`: `(?:(?:[\u{0}-\u{60}\u{62}-\u{10ffff}]))+?`,
		`(?m)^(?s).\b`:  `(?:(?:^|(?<=\n))[\s\S]\b)`,
		`/]`:            `\u{2f}\u{5d}`,
	} {
		if got, err := Regexp(pattern); err != nil || got != want {
			t.Errorf("%s becomes %s, want %s: %v", pattern, got, want, err)
		}
	}
	if got, err := Regexp(`a(`); err == nil {
		t.Errorf("a wrong pattern becomes %s", got)
	}
}
