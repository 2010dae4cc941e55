package mask

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of what is followed in a text that is like JSON.
const (
	mostLists   = 256 // within one another; deeper ones are passed over
	mostStrings = 4   // within one another, each of which holds the next
	nearEnd     = 256 // bytes; a value has lost its name if no more follow before the text is cut off
)

// besideInText returns text with Masked in place of each value whose name stands
// beside it, as AppendJSON masks them: in JSON that was cut off, stands within other
// text or a string, or is not quite valid, as the notations of programs are; and in XML
// and YAML. learn, which may be nil, is told of the values, but for arrays and objects,
// and text stays as it is then: there may be more to be learned from what is in them.
//
// The work grows with the length of the text only.
func besideInText(text string, learn func(name, value string)) string {
	var hidden []namedSpan
	if strings.ContainsAny(text, "{[") {
		s := textScan{text: text}
		s.scan(0, len(text), 0)
		hidden = s.hidden
	}
	if strings.Contains(text, "<") {
		hidden = besideInXML(hidden, text)
	}
	if strings.Contains(text, "\n") {
		hidden = besideInYAML(hidden, text)
	}
	if len(hidden) == 0 {
		return text
	}
	if learn != nil {
		for _, h := range hidden {
			if h.name == "" {
				continue
			}
			learnLines(h.name, text[h.from:h.to], func(name, value string) {
				if !isWord(strings.TrimSpace(value)) { // as learnBeside has it
					learn(name, value)
				}
			})
		}
		return text
	}
	slices.SortFunc(hidden, func(a, b namedSpan) int { return cmp.Compare(a.from, b.from) })
	shown := replaced{text: text}
	p := pairs{text: text, strict: true}
	for _, h := range hidden {
		if h.from >= shown.done { // else it is within another
			shown.mask(h.from, p.endBehind(h.span))
		}
	}
	return shown.finish()
}

// endBehind returns where the value ends of the name of a secret that was itself taken
// for a value, as in {"value":"token":"hunter2", and would be masked alone; else where
// that value ends.
func (p *pairs) endBehind(value span) int {
	_, next := p.quoteAt(value.to)
	next = p.space(next, true)
	if next == len(p.text) || p.text[next] != ':' && p.text[next] != '=' || !Name(p.text[value.from:value.to]) {
		return value.to
	}
	_, end := p.value(value.from, value.to)
	return max(value.to, end)
}

// A namedSpan is a secret in a text, with its name if it is to be learned.
type namedSpan struct {
	span
	name string
}

// A textScan looks for names and values in a text. What it takes for a string begins
// behind a separator and ends before one, so a stray quote does not turn the rest of the
// text inside out.
type textScan struct {
	text   string
	to     int         // where the part ends that is looked at
	lists  []textList  // that have not ended, the innermost last
	values []textValue // in them, of which it is not known yet whether they are secret
	hidden []namedSpan // that are secret
	deeper int         // lists that are passed over
}

// A textValue is where a value stands, without its quotes.
type textValue struct {
	span
	name string // the first of the pair that it is in
	list bool   // an array or object
}

// A textList is an object or array that has not ended.
type textList struct {
	bracket byte
	from    int
	values  int    // how many were undecided where it began
	last    string // what was read last: the name of a member if a separator follows
	word    bool   // that has no quotes
	role    role   // of the member that is being read
	named   bool   // one has said a name
	said    string // a name that speaks of a secret
	isValue bool   // it is the value of a member, or the second of a pair, that may be secret

	// Of an array:
	items  int
	first  string // a string that the array begins with
	pair   bool   // there is one
	others bool   // there are items that are no pairs
}

// scan looks at a part of the text that lies within so many strings.
func (s *textScan) scan(from, to, within int) {
	outer, lists, deeper := s.to, s.lists, s.deeper
	s.to, s.lists, s.deeper = to, lists[len(lists):], 0
	separated := true // what came last is followed by a string if a quote comes
	for at := from; at < to; {
		c, escapes := s.char(at, to)
		at += escapes
		switch {
		case isSpace(c) || escapes > 0 && (c == 'n' || c == 'r' || c == 't'):
			at++
		case isQuote(c) && separated:
			end, next := s.closing(at+1, to, quote{c, escapes})
			s.token(at+1, end, true)
			if within < mostStrings && hasList(s.text[at+1:end]) {
				s.scan(at+1, end, within+1)
			}
			at, separated = next, false
		case c == '{' || c == '[':
			s.open(c, at)
			at, separated = at+1, true
		case c == '}' || c == ']':
			at, separated = at+1, false
			s.close(c, at)
		case c == ':' || c == '=' || c == '>' || c == ',':
			s.separator(c)
			at, separated = at+1, true
		case isQuote(c) || c == '\\':
			at, separated = at+1, false
		default:
			end := s.wordEnd(at, to)
			s.token(at, end, false)
			at, separated = end, false
		}
	}
	for len(s.lists) > 0 {
		s.end(to, true)
	}
	s.to, s.lists, s.deeper = outer, lists, deeper
}

// char returns the character at at, or the one behind the backslashes there, and how
// many these are.
func (s *textScan) char(at, to int) (c byte, escapes int) {
	for at+escapes < to-1 && s.text[at+escapes] == '\\' {
		escapes++
	}
	return s.text[at+escapes], escapes
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func isQuote(c byte) bool { return strings.IndexByte(quoteChars, c) >= 0 }

// hasSpace reports whether text is no single word.
func hasSpace(text string) bool {
	return strings.ContainsAny(text, " \t\r\n") || strings.Contains(text, `\n`)
}

func hasList(text string) bool { return strings.ContainsAny(text, "{[") }

// closing returns where the string ends that began before at with such a quote, and
// where what follows it stands. The quote that ends it is followed by a separator, or
// the text ends.
func (s *textScan) closing(at, to int, around quote) (end, next int) {
	slashes := 0
	for ; at < to; at++ {
		switch c := s.text[at]; {
		case c == '\\':
			slashes++
			continue
		case c == around.char && around.ends(slashes) && s.separates(at+1, to):
			return at - min(slashes, around.escapes), at + 1
		}
		slashes = 0
	}
	return to, to
}

// separates reports whether what comes next at at ends a string.
func (s *textScan) separates(at, to int) bool {
	for at < to {
		c, escapes := s.char(at, to)
		switch {
		case isSpace(c) || escapes > 0 && (c == 'n' || c == 'r' || c == 't'):
			at += escapes + 1
		default:
			return strings.IndexByte(",:=}])", c) >= 0
		}
	}
	return true
}

// wordEnd returns where a word without quotes ends that begins at at.
func (s *textScan) wordEnd(at, to int) int {
	for at++; at < to && strings.IndexByte(" \t\r\n,:={}[]\"'`\\", s.text[at]) < 0; {
		at++
	}
	return at
}
