package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// awkward is text that careless quoting, truncation or re-encoding would change.
const awkward = `Drücken — "印刷" 🖨️ 'it''s' \n {"a":[1]} <b>&amp;</b> 100% ` + "tab\tline\nnul\x00end  "

// fill sets every field of the struct p points to, nested ones too, to a distinct value. It fills fields that are added to
// a record later as well, so that a store which drops one fails at once.
func fill(tb testing.TB, p any) {
	tb.Helper()
	n := 0
	fillValue(tb, reflect.ValueOf(p).Elem(), "", &n)
}

// fillValue fills one value; n counts the values, and makes each different.
func fillValue(tb testing.TB, v reflect.Value, name string, n *int) {
	tb.Helper()
	*n++
	if at, ok := v.Addr().Interface().(*time.Time); ok {
		*at = noon.Add(time.Duration(*n)*time.Hour + time.Duration(*n)*time.Nanosecond)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d %s", name, *n, awkward))
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<40 + int64(*n))
	case reflect.Float64:
		v.SetFloat(1<<40 + float64(*n)/8)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillValue(tb, v.Index(i), name, n)
		}
	case reflect.Pointer:
		if name != "Mute" && name != "Maintenance" { // only in notices, which have no incident, so that no record has them
			tb.Fatalf("field %s is a pointer, which fill does not support; add it", name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") == "-" {
				continue // not stored
			}
			fillValue(tb, v.Field(i), v.Type().Field(i).Name, n)
		}
	default:
		tb.Fatalf("field %s is a %s, which fill does not support; add it", name, v.Kind())
	}
}
