package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"daybook/filter/bytescan"
)

// maxInstructions bounds the program of a regular expression, and with it the
// time to match one byte. Repetition counts apart, patterns within the default
// limit stay below it.
const maxInstructions = 10_000

// compileRegexp compiles RE2 syntax. The error says what is wrong in a form fit
// for the client.
func compileRegexp(pattern string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		var bad *syntax.Error
		if errors.As(err, &bad) {
			return nil, fmt.Errorf("no regular expression: %s: %q", bad.Code, clip(bad.Expr))
		}
		return nil, fmt.Errorf("no regular expression: %w", err)
	}
	if instructions(tree) > maxInstructions {
		return nil, errors.New("regular expression too large; use smaller repetition counts")
	}
	return regexp.Compile(pattern)
}

// instructions estimates, from above, the size of the program that tree
// compiles to. Repetitions are not unrolled yet, so this is cheap whatever they
// multiply to.
func instructions(tree *syntax.Regexp) int {
	n := 0
	for _, sub := range tree.Sub {
		n = min(n+instructions(sub), maxInstructions+1)
	}
	switch tree.Op {
	case syntax.OpLiteral:
		n = len(tree.Rune)
	case syntax.OpConcat:
	case syntax.OpCapture:
		n += 2
	case syntax.OpAlternate:
		n += len(tree.Sub) - 1
	case syntax.OpRepeat:
		n = (n + 1) * max(tree.Min+1, tree.Max)
	default:
		n++
	}
	return min(n, maxInstructions+1)
}

// A regexpTest finds a regular expression in a value.
type regexpTest struct {
	re       *regexp.Regexp
	required *bytescan.Literal // stands in every value that matches; nil if nothing is known to
}

func newRegexpTest(re *regexp.Regexp) *regexpTest {
	t := &regexpTest{re: re}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return t // not reached: it was compiled from this text
	}
	if text := requiredLiteral(tree); text != "" {
		literal := bytescan.NewLiteral([]byte(text))
		t.required = &literal
	}
	return t
}

func (t *regexpTest) match(_ *Matcher, v []byte, _ bool) bool {
	if t.required != nil && !t.required.In(v) {
		return false
	}
	return t.re.Match(v)
}

// requiredLiteral returns the longest text that its rules show to be part of
// every match of tree.
func requiredLiteral(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		if tree.Flags&syntax.FoldCase == 0 {
			return string(tree.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiteral(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return requiredLiteral(tree.Sub[0])
		}
	case syntax.OpConcat:
		longest := ""
		for _, sub := range tree.Sub {
			if text := requiredLiteral(sub); len(text) > len(longest) {
				longest = text
			}
		}
		return longest
	}
	return ""
}
