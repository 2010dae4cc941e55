package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
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
	required tester // what every value that matches passes, for less; nil if nothing is known
}

func newRegexpTest(re *regexp.Regexp) (*regexpTest, Pieces) {
	t := &regexpTest{re: re}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return t, Pieces{} // not reached: re was compiled from this text
	}
	p := Pieces{AnyDigit: alike(tree, digits), AnyHex: alike(tree, digits, lowerHex) && alike(tree, digits, upperHex)}
	text, folded := requiredText(tree)
	switch {
	case text == "":
		return t, p
	case folded:
		t.required = newFoldedTest([]string{text})
	default:
		t.required = likeTest{newPattern([]string{text}, false)}
	}
	p.Texts, p.Folded = []string{text}, folded
	return t, p
}

// runes are those from the first to the last.
type runes struct{ first, last rune }

var (
	digits   = runes{'0', '9'}
	lowerHex = runes{'a', 'f'}
	upperHex = runes{'A', 'F'}
)

// alike reports whether tree takes all of these runes for the same: where it
// matches with one of them, it does with any other. False may mean that it is
// not known.
func alike(tree *syntax.Regexp, all ...runes) bool {
	for _, sub := range tree.Sub {
		if !alike(sub, all...) {
			return false
		}
	}
	switch tree.Op {
	case syntax.OpLiteral:
		for _, r := range tree.Rune {
			for _, of := range all {
				if of.has(r) || tree.Flags&syntax.FoldCase != 0 && (of.has(r|0x20) || of.has(r&^0x20)) {
					return false
				}
			}
		}
	case syntax.OpCharClass:
		held, size := 0, 0
		for _, of := range all {
			size += int(of.last - of.first + 1)
			for i := 0; i < len(tree.Rune); i += 2 {
				held += max(0, int(min(of.last, tree.Rune[i+1])-max(of.first, tree.Rune[i])+1))
			}
		}
		return held == 0 || held == size
	}
	return true
}

func (of runes) has(r rune) bool { return of.first <= r && r <= of.last }

func (t *regexpTest) match(m *Matcher, v []byte, ascii bool) bool {
	if t.required != nil && !t.required.match(m, v, ascii) {
		return false
	}
	if a := m.automatonOf(t); a != nil {
		if matched, ok := a.match(v); ok {
			return matched
		}
	}
	if m.stopped() {
		return false
	}
	return t.re.Match(v) // a tenth as fast
}

// Quick reports whether step i takes some passes over a value at most, as all
// do but regular expressions that have too many states. Nothing is quick for a
// matcher that is to stop.
func (m *Matcher) Quick(i int) bool {
	if m.stopped() {
		return false
	}
	t, is := m.program.text[i].test.(*regexpTest)
	if !is {
		return true
	}
	a := m.automatonOf(t)
	return a != nil && a.resets <= mostResets
}

// A regexpRun is a regular expression that a matcher evaluates.
type regexpRun struct {
	test      *regexpTest
	automaton *automaton // nil: none helps
}

// automatonOf returns the matcher's automaton for a test; nil where there is
// none.
func (m *Matcher) automatonOf(t *regexpTest) *automaton {
	for i := range m.regexps { // one or two
		if m.regexps[i].test == t {
			return m.regexps[i].automaton
		}
	}
	a := newAutomaton(t.re.String())
	m.regexps = append(m.regexps, regexpRun{t, a})
	return a
}

// requiredText returns the longest text that its rules show to be part of every
// match of tree, and whether it may stand there in other case.
func requiredText(tree *syntax.Regexp) (longest string, folded bool) {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune), tree.Flags&syntax.FoldCase != 0
	case syntax.OpCapture, syntax.OpPlus:
		return requiredText(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return requiredText(tree.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range tree.Sub {
			if text, f := requiredText(sub); len(text) > len(longest) {
				longest, folded = text, f
			}
		}
	}
	return longest, folded
}
