package oracle

import (
	"fmt"
	"strings"
)

// The codes of contract 2.5 that the evaluator answers with.
const (
	codeNoMethod  = -32601
	codeBadParams = -32602
	codeDisk      = -32015
)

// An Error is the answer to a call that has no result, the oracle's or, for
// Difference, a product's.
type Error struct {
	Code   int
	Param  string // the path of the param at fault, for -32602; "params" where they are no object
	File   string // the file that cannot be read, for -32015
	Reason string // for the reader of a failing test; products word it as they like

	// Smallest is what the reason names where a histogram has too many buckets:
	// the smallest interval that fits, in seconds; 0 if there is nothing to name.
	Smallest int64
}

// Error describes e in one line.
func (e *Error) Error() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s%s: %s", e.Code, e.Param, e.File, e.Reason)), " ")
}

// fault returns the -32602 for the param at path.
func fault(path, format string, args ...any) *Error {
	return &Error{Code: codeBadParams, Param: path, Reason: fmt.Sprintf(format, args...)}
}

// at returns the path of element i of what stands at path.
func at(path string, i int) string {
	return fmt.Sprintf("%s[%d]", path, i)
}

// PathsAgree reports whether two paths name the same fault. The contract says
// "the path as sent" and shows where[1] for an unknown field, so how deep a
// path leads is open: one may be the other's beginning.
func PathsAgree(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"[") || strings.HasPrefix(b, a+"[")
}
