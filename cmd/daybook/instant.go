package main

import (
	"fmt"
	"time"
)

// An instant is a moment as a flag, RFC 3339; the zero instant means "not
// given". It implements pflag.Value.
type instant struct{ time.Time }

// Set parses text; empty text is the zero instant.
func (i *instant) Set(text string) error {
	if text == "" {
		i.Time = time.Time{}
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("%q is no moment; want RFC 3339, as 2026-04-22T10:00:00Z", text)
	}
	i.Time = t.UTC()
	return nil
}

func (i *instant) String() string {
	if i.IsZero() {
		return ""
	}
	return i.Format(time.RFC3339)
}

// Type names the kind of value in help texts.
func (i *instant) Type() string { return "RFC3339" }

// clock returns the source of "now": standing still at i, or the real clock
// where i was not given.
func (i *instant) clock() func() time.Time {
	if i.IsZero() {
		return time.Now
	}
	fixed := i.Time
	return func() time.Time { return fixed }
}
