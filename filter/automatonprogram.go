package filter

import (
	"regexp/syntax"
	"slices"
	"unicode"
)

// compile sets the program. Where matches end with the text and may begin
// anywhere, it is that of the reversed expression: what the last characters say
// is known without the others.
func (a *automaton) compile(pattern string) bool {
	a.prog = program(pattern, false)
	if a.prog == nil {
		return false
	}
	a.anchored = beginsText(a.prog)
	if !a.anchored {
		if prog := program(pattern, true); prog != nil && beginsText(prog) {
			a.prog, a.anchored, a.backwards = prog, true, true
		}
	}
	return true
}

// program compiles an expression, or the reversed one; nil where that can't be
// done.
func program(pattern string, reversed bool) *syntax.Prog {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	if reversed {
		reverse(tree)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil
	}
	return prog
}

// beginsText reports whether what a program matches begins with the text.
func beginsText(prog *syntax.Prog) bool { return prog.StartCond()&syntax.EmptyBeginText != 0 }

// reverse makes an expression match what it matched read backwards.
func reverse(tree *syntax.Regexp) {
	for _, sub := range tree.Sub {
		reverse(sub)
	}
	switch tree.Op {
	case syntax.OpConcat:
		tree.Sub = slices.Clone(tree.Sub)
		slices.Reverse(tree.Sub)
	case syntax.OpLiteral:
		tree.Rune = slices.Clone(tree.Rune)
		slices.Reverse(tree.Rune)
	case syntax.OpBeginText:
		tree.Op = syntax.OpEndText
	case syntax.OpEndText:
		tree.Op = syntax.OpBeginText
	case syntax.OpBeginLine:
		tree.Op = syntax.OpEndLine
	case syntax.OpEndLine:
		tree.Op = syntax.OpBeginLine
	}
}

// classify finds the classes of runes.
func (a *automaton) classify() {
	a.bounds = []rune{0}
	span := func(from, to rune) { a.bounds = append(a.bounds, from, to+1) }
	met := make(map[*rune]bool) // sets of runes: what is repeated has the same
	for i := range a.prog.Inst {
		inst := &a.prog.Inst[i]
		if len(inst.Rune) > 1 {
			if met[&inst.Rune[0]] {
				continue
			}
			met[&inst.Rune[0]] = true
		}
		switch inst.Op {
		case syntax.InstRune, syntax.InstRune1:
			if len(inst.Rune) == 1 {
				r := inst.Rune[0]
				span(r, r)
				if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
					for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
						span(f, f)
					}
				}
			}
			for j := 0; j+1 < len(inst.Rune); j += 2 {
				span(inst.Rune[j], inst.Rune[j+1])
			}
		case syntax.InstRuneAnyNotNL:
			span('\n', '\n')
		case syntax.InstEmptyWidth:
			a.looks = true
		}
	}
	if a.looks {
		span('\n', '\n')
		span('0', '9')
		span('A', 'Z')
		span('_', '_')
		span('a', 'z')
	}
	slices.Sort(a.bounds)
	a.bounds = slices.Compact(a.bounds)
	a.width = int32(len(a.bounds)) + 1
	for c := range a.ascii {
		a.ascii[c] = a.class(rune(c))
	}
}

// class returns the class of a rune.
func (a *automaton) class(r rune) int32 {
	i, found := slices.BinarySearch(a.bounds, r)
	if !found {
		i--
	}
	return int32(i)
}
