package mask

import (
	"cmp"
	"slices"
)

// top returns the innermost list, and the one around it; nil where there is none.
func (s *textScan) top() (list, around *textList) {
	if n := len(s.lists); n > 1 {
		return &s.lists[n-1], &s.lists[n-2]
	} else if n > 0 {
		return &s.lists[0], nil
	}
	return nil, nil
}

// token takes a string or word for what it is in its list: the name of a member, a
// value, or an item.
func (s *textScan) token(from, to int, quoted bool) {
	list, around := s.top()
	if list == nil || s.deeper > 0 {
		return
	}
	text := s.text[from:to]
	if list.bracket == '[' {
		switch {
		case list.items == 0 && quoted:
			list.first, list.pair = text, true
		case list.items == 1 && quoted && s.isSecond(list, around):
			s.values = append(s.values, textValue{span: span{from, to}, name: list.first})
		}
		list.items++
		list.others = true
		return
	}
	list.last, list.word = text, !quoted
	switch role := list.role; {
	case role == saysName:
		list.named = list.named || to < s.to // or it was cut off itself
		if Name(text) {
			list.said = text
		}
	case role == hasValue, role == hasWord && quoted && !hasSpace(text):
		s.values = append(s.values, textValue{span: span{from, to}})
	}
}

// isSecond reports whether the second item of a list that lies in another may be a
// secret, for the first.
func (s *textScan) isSecond(list, around *textList) bool {
	return around != nil && around.bracket == '[' && list.pair && isPairName(list.first)
}

// separator notes that a member or item begins after a comma, and the value of what was
// read last after anything else.
func (s *textScan) separator(c byte) {
	list, _ := s.top()
	switch {
	case list == nil || s.deeper > 0 || list.bracket == '[':
	case c == ',':
		list.last, list.role, list.word = "", noRole, false
	default:
		if list.word && list.role == hasValue {
			s.values = s.values[:len(s.values)-1] // it was a name, as that in {Value:red Name:colour}
		}
		list.role, list.word = noRole, false
		if len(list.last) <= longestName {
			list.role = roleOf(decodedName(list.last))
		}
	}
}

// open begins a list.
func (s *textScan) open(bracket byte, at int) {
	if len(s.lists) >= mostLists {
		s.deeper++
		return
	}
	list, around := s.top()
	isValue := false
	switch {
	case list == nil:
	case list.bracket == '[':
		isValue = list.items == 1 && s.isSecond(list, around)
		list.items++
	default:
		isValue = list.role == hasValue
		list.last, list.word = "", false
	}
	s.lists = append(s.lists, textList{bracket: bracket, from: at, values: len(s.values), isValue: isValue})
}

// close ends the innermost list at at, if that is its bracket.
func (s *textScan) close(bracket byte, at int) {
	list, _ := s.top()
	switch {
	case s.deeper > 0:
		s.deeper--
	case list != nil && list.bracket == bracket-2: // in ASCII
		s.end(at, false)
	}
}

// end ends the innermost list at at, where its end stands or the text was cut off, and
// decides about the values in it.
func (s *textScan) end(at int, cut bool) {
	list, around := s.top()
	values := s.values[list.values:]
	isPair := false
	switch {
	case list.bracket == '[':
		isPair = list.items == 2 && list.pair || cut && (list.items == 0 || list.items == 1 && list.pair)
		if !isPair && list.items > 0 && !list.others {
			s.hide(values, "")
		}
	case list.said != "":
		s.hide(values, list.said)
	case cut && !list.named:
		for _, v := range values {
			if !v.list && at-v.to <= nearEnd {
				s.hidden = append(s.hidden, namedSpan{span: v.span})
			}
		}
	}
	whole := textValue{span: span{list.from, at}, list: true}
	keep := list.values
	if isPair && around != nil && around.bracket == '[' {
		keep = len(s.values) // they are for the array around it to decide
	}
	s.values = s.values[:keep]
	if around != nil {
		around.others = around.others || !isPair
		if list.isValue {
			whole.name = around.first
			s.values = append(s.values, whole)
		}
	}
	s.lists = s.lists[:len(s.lists)-1]
}

// hide has values masked, and learned but for lists under a name or those that they
// have.
func (s *textScan) hide(values []textValue, name string) {
	s.hidden = slices.Grow(s.hidden, len(values))
	for _, v := range values {
		h := namedSpan{v.span, cmp.Or(name, v.name)}
		if v.list {
			h.name = ""
		}
		s.hidden = append(s.hidden, h)
	}
}
