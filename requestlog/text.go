package requestlog

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of single values, in bytes.
const (
	maxValue     = 4 << 10  // of a header or a query parameter
	maxValues    = 32 << 10 // of all headers, or all query parameters, of a record
	maxName      = 256      // of an endpoint, the name of a user, the type of an exception
	maxMethod    = 32
	maxAgent     = 512
	maxMessage   = 8 << 10
	maxTraceback = 32 << 10
)

// cut returns text, of which unseen bytes were lost before, as at most most bytes
// of it, and how much is missing. No character is cut apart.
func cut(text string, most int, unseen int64) string {
	if len(text) <= most && unseen == 0 {
		return text
	}
	kept := min(most, len(text))
	for kept > 0 && kept < len(text) && !utf8.RuneStart(text[kept]) {
		kept--
	}
	return fmt.Sprintf("%s… [%d bytes cut]", text[:kept], int64(len(text)-kept)+unseen)
}

// valid returns text with U+FFFD in place of what is no UTF-8.
func valid(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// optional returns a text of a record; nil for the empty one.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
