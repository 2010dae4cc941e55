package main

import (
	"fmt"
	"time"
)

// A lifetime is how long something is good for, as a flag: a duration, or days;
// 0 is for ever. It implements pflag.Value.
type lifetime time.Duration

// Set parses text.
func (l *lifetime) Set(text string) error {
	d, ok := parseAgo(text)
	if !ok {
		return fmt.Errorf("%q is no length of time; want it as 24h or 30d", text)
	}
	*l = lifetime(d)
	return nil
}

// String returns what Set takes; "" for ever.
func (l *lifetime) String() string {
	if *l == 0 {
		return ""
	}
	return time.Duration(*l).String()
}

// Type names the kind of value.
func (*lifetime) Type() string { return "time" }
