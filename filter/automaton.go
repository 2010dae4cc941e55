package filter

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// An automaton tells whether a regular expression matches a text, as
// regexp.Regexp.Match does, at a table look-up for each character. It is made
// while it runs: a state is a set of places in the program that RE2 syntax
// compiles to, and is worked out when a text first leads to it (Thompson,
// "Regular Expression Search Algorithm", 1968; Cox, "Regular Expression Matching
// in the Wild", 2010). It is one goroutine's.
type automaton struct {
	prog      *syntax.Prog
	anchored  bool // a match begins with the text
	backwards bool // the program is of the reversed expression, and texts are read from their ends
	looks     bool // some place looks at what is around it

	// Runes of one class are the same to the program: class i is those from
	// bounds[i] up to, but not, bounds[i+1]. The last class is the text's end.
	bounds []rune
	ascii  [utf8.RuneSelf]int32
	width  int32 // number of classes

	table  []int32 // by state and class: the next state; 0 where it is not known yet
	states []automatonState
	known  map[string]int32 // states by their encoding

	held   int // places of all states
	resets int
	set    placeSet // scratch
	stack  []uint32
	name   []byte
}

// An automatonState is the places where the program may be between two
// characters. Its number is that of its row in the table, times the width.
type automatonState struct {
	places []uint32 // ascending
	before rune     // -1 at the beginning, and otherwise one like the last character
}

// Rows of the table that are no states.
const (
	rowUnknown = iota
	rowNever   // no match, whatever follows
	rowMatch   // a match, whatever follows
	rowFirst   // the state that a text begins with
)

const (
	// mostEntries bounds the table, to 1 MiB; mostPlaces what the states take
	// besides, twice that much, as a large program may be at thousands of places
	// in each; and mostStates what it takes to work them out.
	mostEntries = 1 << 18
	mostPlaces  = 1 << 18
	mostStates  = 1 << 11
	// mostResets is how often the table is begun anew. An expression with so
	// many states is rather left to the regexp package.
	mostResets = 4
	fewStates  = 16
)

// newAutomaton returns an automaton for an expression that was compiled before.
// It is nil where one would not help.
func newAutomaton(pattern string) *automaton {
	a := &automaton{}
	if !a.compile(pattern) {
		return nil
	}
	a.classify()
	if int(a.width)*fewStates > mostEntries {
		return nil
	}
	a.set.marks = make([]uint32, len(a.prog.Inst))
	a.reset()
	return a
}

// reset forgets all states.
func (a *automaton) reset() {
	a.table = append(a.table[:0], make([]int32, rowFirst*a.width)...)
	a.states = append(a.states[:0], make([]automatonState, rowFirst)...)
	a.known = make(map[string]int32)
	a.held = 0
	a.set.clear()
	a.add(uint32(a.prog.Start))
	a.state(-1)
}

// match reports whether the expression matches v. It reports false for ok where
// that takes too many states.
func (a *automaton) match(v []byte) (matched, ok bool) {
	if a.resets > mostResets {
		return false, false
	}
	state := rowFirst * a.width
	if a.backwards {
		for i := len(v); i > 0 && state > rowMatch*a.width; {
			var class int32
			if c := v[i-1]; c < utf8.RuneSelf {
				class = a.ascii[c]
				i--
			} else {
				r, size := utf8.DecodeLastRune(v[:i])
				class = a.class(r)
				i -= size
			}
			state = a.next(state, class)
		}
	} else {
		for i := 0; i < len(v) && state > rowMatch*a.width; {
			var class int32
			if c := v[i]; c < utf8.RuneSelf {
				class = a.ascii[c]
				i++
			} else {
				r, size := utf8.DecodeRune(v[i:])
				class = a.class(r)
				i += size
			}
			state = a.next(state, class)
		}
	}
	if state > rowMatch*a.width {
		state = a.next(state, a.width-1)
	}
	return state == rowMatch*a.width, state != rowUnknown
}

// next returns the state that a class leads to; rowUnknown where there are too
// many states.
func (a *automaton) next(state, class int32) int32 {
	if next := a.table[state+class]; next != rowUnknown {
		return next
	}
	if next := a.step(state, class); a.resets <= mostResets {
		return next
	}
	return rowUnknown
}

// step works out where a state leads with a character of a class.
func (a *automaton) step(state, class int32) int32 {
	s := a.states[state/a.width]
	after := rune(-1)
	if class < a.width-1 {
		after = a.bounds[class]
	}
	// What the places lead to without a character, now that it is known what is
	// before and behind.
	a.set.clear()
	around := syntax.EmptyOpContext(s.before, after)
	for _, place := range s.places {
		a.add(place)
	}
	for i := 0; i < len(a.set.all); i++ {
		inst := &a.prog.Inst[a.set.all[i]]
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^around == 0 {
			a.add(inst.Out)
		}
	}
	places := slices.Clone(a.set.all)
	a.set.clear()
	next := rowNever * a.width
	for _, place := range places {
		inst := &a.prog.Inst[place]
		switch inst.Op {
		case syntax.InstMatch:
			next = rowMatch * a.width
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if after >= 0 && inst.MatchRune(after) {
				a.add(inst.Out)
			}
		}
	}
	if next != rowMatch*a.width && after >= 0 {
		if !a.anchored {
			a.add(uint32(a.prog.Start))
		}
		if len(a.set.all) > 0 {
			if len(a.table)+int(a.width) > mostEntries || len(a.states) == mostStates || a.held+len(a.set.all) > mostPlaces {
				return a.restart(after)
			}
			next = a.state(after)
		}
	}
	a.table[state+class] = next
	return next
}

// restart begins the table anew with the present set as a state.
func (a *automaton) restart(before rune) int32 {
	a.resets++
	places := slices.Clone(a.set.all)
	a.reset()
	a.set.clear()
	for _, place := range places {
		a.add(place)
	}
	return a.state(before)
}

// state returns the number of the state with the places in the set, behind a
// character like before.
func (a *automaton) state(before rune) int32 {
	switch {
	case before < 0:
	case !a.looks:
		before = ' '
	case before == '\n':
	case syntax.IsWordChar(before):
		before = 'a'
	default:
		before = ' '
	}
	slices.Sort(a.set.all)
	a.name = binary.LittleEndian.AppendUint32(a.name[:0], uint32(before))
	for _, place := range a.set.all {
		a.name = binary.LittleEndian.AppendUint32(a.name, place)
	}
	if number, ok := a.known[string(a.name)]; ok {
		return number
	}
	number := int32(len(a.states)) * a.width
	a.known[string(a.name)] = number
	a.states = append(a.states, automatonState{slices.Clone(a.set.all), before})
	a.held += len(a.set.all)
	a.table = append(a.table, make([]int32, a.width)...)
	return number
}

// add adds a place to the set, and those that it leads to whatever comes.
func (a *automaton) add(place uint32) {
	a.stack = append(a.stack[:0], place)
	for len(a.stack) > 0 {
		place := a.stack[len(a.stack)-1]
		a.stack = a.stack[:len(a.stack)-1]
		if !a.set.mark(place) {
			continue
		}
		switch inst := &a.prog.Inst[place]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			a.stack = append(a.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			a.stack = append(a.stack, inst.Out)
		case syntax.InstFail:
		default:
			a.set.all = append(a.set.all, place)
		}
	}
}

// A placeSet is a set of places of a program.
type placeSet struct {
	marks []uint32 // by place: equal to round if it was met
	round uint32
	all   []uint32
}

func (s *placeSet) clear() {
	s.all = s.all[:0]
	if s.round++; s.round == 0 {
		clear(s.marks)
		s.round = 1
	}
}

// mark reports whether a place was not met before.
func (s *placeSet) mark(place uint32) bool {
	if s.marks[place] == s.round {
		return false
	}
	s.marks[place] = s.round
	return true
}
