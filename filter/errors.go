package filter

import (
	"fmt"
	"unicode/utf8"
)

// A ParamError says which param is wrong, why, and what is allowed instead.
type ParamError struct {
	Param   string   // the path as sent: "limit", "where[1]", "whereIn[0][1][3]"
	Reason  string   // what is wrong with it
	Allowed []string // what could stand there, where that is a short list; else nil
}

func (e *ParamError) Error() string { return e.Param + ": " + e.Reason }

// in puts the path of what encloses it before the path of a fault. Functions
// that do not know where their input stands leave Param empty, or begin it with
// the part they know.
func (e *ParamError) in(path string) *ParamError {
	e.Param = path + e.Param
	return e
}

// at is in for element i of an array.
func (e *ParamError) at(i int) *ParamError { return e.in(fmt.Sprintf("[%d]", i)) }

// badParam makes a ParamError without a list of what is allowed.
func badParam(param, format string, args ...any) *ParamError {
	return &ParamError{Param: param, Reason: fmt.Sprintf(format, args...)}
}

// clip shortens text from a request to what fits an error message. It cuts
// between characters.
func clip(text string) string {
	const longest = 100 // bytes
	if len(text) <= longest {
		return text
	}
	end := longest
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
