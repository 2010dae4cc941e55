package main

import (
	"fmt"
	"regexp"
	"strconv"
)

// paramPath is the place of a condition or a term in params, before what is said of it.
var paramPath = regexp.MustCompile(`^(where\w*|orderBy)\[([0-9]+)\](?:\[[0-9]+\])*: `)

// inFlags returns a message about a condition or the order with the flag that it came
// from, and what that says, in place of where it stood in params. Other messages stay
// as they are. Nil has no flags.
func (f *conditionFlags) inFlags(message string) string {
	m := paramPath.FindStringSubmatchIndex(message)
	if f == nil || m == nil {
		return message
	}
	key, said := message[m[2]:m[3]], message[m[1]:]
	if key == "orderBy" {
		return "--order-by: " + said
	}
	for _, flag := range f.flags() {
		i, err := strconv.Atoi(message[m[4]:m[5]])
		if flag.key == key && err == nil && i < len(flag.texts) {
			return fmt.Sprintf("--%s: %q: %s", flag.name, flag.texts[i], said)
		}
	}
	return message
}
