package mask

import "strings"

// A replaced is a text in which stretches are replaced by Masked, from its beginning
// to its end.
type replaced struct {
	text  string
	shown strings.Builder
	done  int // bytes of text that are in shown, or masked
}

// mask puts Masked in place of text[from:to], which is not before what was masked.
func (r *replaced) mask(from, to int) {
	r.shown.WriteString(r.text[r.done:from])
	r.shown.WriteString(Masked)
	r.done = to
}

// finish returns the text as it is to be shown. It is called once.
func (r *replaced) finish() string {
	if r.done == 0 {
		return r.text
	}
	r.shown.WriteString(r.text[r.done:])
	return r.shown.String()
}
