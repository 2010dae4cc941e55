package filter_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daybook/filter"
)

func TestSchema(t *testing.T) {
	t.Parallel()
	names := schema.Names()
	if diff := cmp.Diff([]string{"time", "level", "host", "detail"}, names); diff != "" {
		t.Errorf("Names mismatch (-want +got):\n%s", diff)
	}
	names[0] = "changed"
	if schema.Name(0) != "time" || schema.Len() != 4 || schema.TimeField() != timeField {
		t.Errorf("first name %q, %d fields, time field %d", schema.Name(0), schema.Len(), schema.TimeField())
	}
	if schema.Kind(timeField) != filter.Time || schema.Kind(hostField) != filter.Text {
		t.Error("kinds are not those given")
	}
	if f, ok := schema.Lookup("host"); f != hostField || !ok {
		t.Errorf("Lookup(host) = %d, %v", f, ok)
	}
	if _, ok := schema.Lookup("Host"); ok {
		t.Error("Lookup(Host) found a field")
	}
}

func TestNewSchemaPanics(t *testing.T) {
	t.Parallel()
	at, text := filter.FieldSpec{Name: "at", Kind: filter.Time}, filter.FieldSpec{Name: "text"}
	many := []filter.FieldSpec{at}
	for i := range 32 {
		many = append(many, filter.FieldSpec{Name: "f" + strconv.Itoa(i)})
	}
	filter.NewSchema(many[:32]...)
	for want, fields := range map[string][]filter.FieldSpec{
		"0 time fields":     {text},
		"2 time fields":     {at, {Name: "until", Kind: filter.Time}},
		`two fields "text"`: {at, text, text},
		"33 fields":         many,
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, want) {
					t.Errorf("NewSchema of %d fields panics with %q, want … %s …", len(fields), got, want)
				}
			}()
			filter.NewSchema(fields...)
		}()
	}
}

func TestOpString(t *testing.T) {
	t.Parallel()
	for op, want := range map[filter.Op]string{filter.Equal: "=", filter.NotILike: "not ilike", filter.NotBetween: "not between", 99: "Op(99)"} {
		if got := op.String(); got != want {
			t.Errorf("String of operator %d = %q, want %q", op, got, want)
		}
	}
}
