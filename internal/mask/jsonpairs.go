package mask

import (
	"cmp"
	"slices"
	"strings"
)

// A span is where a value stands in what is appended.
type span struct{ from, to int }

// undecided is what a walk over JSON has passed over and may yet turn out to be
// secret: values of an object that says its name behind them, and of pairs in an
// array that may hold something else further on. Each is kept until the list ends
// that decides about it, so there are never more than values in the text.
type undecided struct {
	values []span // of lists that have not ended, the innermost last
	held   []told // texts in them, if somebody learns
	hidden []span // values that are secret
	pair   bool   // the value that has been passed over was an array of two, the first a string
}

// A told text waits for its name.
type told struct {
	name string // of the pair that it is in; "" for none
	text string
	str  bool // a string
}

// A mark is how much was undecided where a list began.
type mark struct{ values, held int }

func (u *undecided) mark() mark { return mark{len(u.values), len(u.held)} }

// keep keeps a value that may turn out to be secret. Who learns masks nothing.
func (s *jsonScan) keep(value span) {
	if s.learn == nil {
		s.values = append(s.values, value)
	}
}

// mostHeld is how many texts wait for their names: as many as a Masker learns. Each
// list around them looks at them all when it ends.
const mostHeld = mostSecrets

// tell tells learn of a scalar, now or when its name is known.
func (s *jsonScan) tell(text string, str bool) {
	switch {
	case s.learn == nil, len(text) < shortestSecret: // which holds none either
	case s.name == "" && s.hold && len(s.held) < mostHeld:
		s.held = append(s.held, told{text: text, str: str})
	case s.name != "" || str:
		s.learn(s.name, text, s.beside)
	}
}

// settle decides about the values of an object: whether they are of the secret name
// that it has said, or "".
func (s *jsonScan) settle(from mark, said string) {
	if said != "" {
		s.hidden = append(s.hidden, s.values[from.values:]...) // where they stand before the name
		for i := range s.held[from.held:] {
			s.held[from.held+i].name = said
		}
	}
	s.values = s.values[:from.values]
	s.release(from.held, said != "")
}

// release tells learn of the texts held since from, with their names if these are
// sure. Those without one go on waiting where the list is a value itself.
func (s *jsonScan) release(from int, sure bool) {
	left := s.held[:from]
	for _, t := range s.held[from:] {
		switch {
		case sure && t.name != "":
			s.learn(t.name, t.text, true)
		case s.hold:
			left = append(left, told{text: t.text, str: t.str})
		case t.str:
			s.learn("", t.text, false)
		}
	}
	s.held = left
}

// A pairScan is what was seen of an array that may be a pair, or hold some.
type pairScan struct {
	items  int
	others bool   // there are items that are no pairs
	named  bool   // the first is a string
	name   string // that string
	value  span   // the second, if it may be secret
	held   int    // how many texts were held before it
}

// isPairName reports whether the first of a pair speaks of a secret. Sentences, as in
// a list of translations, do not.
func isPairName(name string) bool {
	return !strings.ContainsAny(name, " \t\r\n") && Name(name)
}

// settlePairs decides about the pairs in an array, and leaves the array to the one that
// it is in if it may be a pair itself. The second of a pair that is a number or a word of
// JSON is shown: it counts what has the name, as a rule.
func (s *jsonScan) settlePairs(from mark, p pairScan) {
	sure := p.items > 0 && !p.others
	if sure {
		s.hidden = append(s.hidden, s.values[from.values:]...)
	}
	s.values = s.values[:from.values]
	s.pair = p.items == 2 && p.named
	if !s.pair || p.value.to == 0 {
		s.release(from.held, sure)
		return
	}
	// None of its own items is a pair, as the first is a string.
	s.keep(p.value)
	for i := range s.held[p.held:] {
		s.held[p.held+i].name = p.name
	}
}

// isWord reports whether the value at the head of the text is a string of one word.
func (s *jsonScan) isWord() bool {
	if s.text[0] != '"' {
		return false
	}
	return !strings.ContainsAny(unquote(s.text[:s.strLen()]), " \t\r\n")
}

// withoutHidden returns what was appended with Masked in place of what turned out to
// be secret.
func (s *jsonScan) withoutHidden(appended []byte) []byte {
	if len(s.hidden) == 0 {
		return appended
	}
	slices.SortFunc(s.hidden, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	shown, done := make([]byte, 0, len(appended)), 0
	for _, h := range s.hidden {
		if h.from < done {
			continue // it is within another
		}
		shown = append(shown, appended[done:h.from]...)
		shown = append(shown, `"`+Masked+`"`...)
		done = h.to
	}
	return append(shown, appended[done:]...)
}
