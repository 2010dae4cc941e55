package auth

import (
	"fmt"
	"io"
)

// mask stands for a secret wherever one would be printed.
const mask = "***"

// A Secret is the text of a token. It prints, marshals and logs as "***"
// under every verb and encoder, so that a secret in a struct is no leak; only
// Reveal, or an explicit conversion, gives the text. JSON decodes into it as
// into a string. The one hole is encoding/json's: it writes the keys of a map
// as they are if they are strings, so no map that might be encoded may be
// keyed by Secret.
type Secret string

// Reveal returns the text of the secret, for the one place that shows or
// sends it.
func (s Secret) Reveal() string { return string(s) }

// String returns "***".
func (s Secret) String() string { return mask }

// GoString returns "***", for %#v.
func (s Secret) GoString() string { return mask }

// Format prints "***" for every verb; %x and %q of the text are leaks too.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, mask) }

// MarshalText returns "***", for encoders such as XML's, YAML's and slog's.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON returns "***" as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalBinary returns "***", for encoders such as gob.
func (s Secret) MarshalBinary() ([]byte, error) { return []byte(mask), nil }
