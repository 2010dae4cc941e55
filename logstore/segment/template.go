package segment

// Most free text is written by programs: a few thousand sentences, with other
// numbers in them each time. A template is what such values have in common: the
// value itself with a slot in place of each digit. It is as long as the value,
// and the value is the template with its slots filled.

// Slots are bytes that no UTF-8 has. A value that has some makes no template.
const (
	slotUpper = 0xfd // of 0 to 9 and A to F
	slotLower = 0xfe // of 0 to 9 and a to f
	slotDigit = 0xff // of 0 to 9

	anySlot = 0xf8 // and all above
)

// shortestHex is how many bytes a word has at least to be a hexadecimal number.
// Shorter ones are words as often.
const shortestHex = 4

// A shape says what bytes a word is made of, joined by or; 0 is no word.
type shape uint8

const (
	shapeDigit shape = 1 << iota // 0 to 9
	shapeLower                   // a to f
	shapeUpper                   // A to F
	shapeOther                   // any other byte of a word
)

// shapes holds the shape of each byte, 0 for those that separate words.
var shapes = func() (all [256]shape) {
	for c := range all {
		switch {
		case classes[c] == 0:
		case classes[c]&noDigit == 0:
			all[c] = shapeDigit
		case 'a' <= c && c <= 'f':
			all[c] = shapeLower
		case 'A' <= c && c <= 'F':
			all[c] = shapeUpper
		default:
			all[c] = shapeOther
		}
	}
	return all
}()

// slot returns the slots of a whole word of that shape and length, and whether
// they stand for all of its bytes: otherwise they do for its digits.
func (s shape) slot(length int) (slot byte, whole bool) {
	switch {
	case s == shapeDigit|shapeLower && length >= shortestHex:
		return slotLower, true
	case s == shapeDigit|shapeUpper && length >= shortestHex:
		return slotUpper, true
	}
	return slotDigit, false
}

// A templater takes values apart. Its zero value is ready.
type templater struct {
	template []byte // of the last value
	digits   []byte // what filled its slots: a number from 0 to 15 for each
}

// split takes a value apart. It reports false for one that makes no template.
func (t *templater) split(value []byte) bool {
	t.template = append(t.template[:0], value...)
	t.digits = t.digits[:0]
	for at := 0; at < len(value); {
		of := shapes[value[at]]
		if of == 0 {
			at++
			continue
		}
		end := at + 1
		for ; end < len(value) && shapes[value[end]] != 0; end++ {
			of |= shapes[value[end]]
		}
		if of&shapeOther != 0 && !t.proper(value[at:end]) {
			return false
		}
		if of&shapeDigit != 0 {
			t.word(at, end, of)
		}
		at = end
	}
	return true
}

// proper reports whether a word has no bytes that are slots.
func (t *templater) proper(word []byte) bool {
	for _, c := range word {
		if c >= anySlot {
			return false
		}
	}
	return true
}

// word puts slots into the word template[from:to], which has digits.
func (t *templater) word(from, to int, of shape) {
	slot, whole := of.slot(to - from)
	word := t.template[from:to]
	for i, c := range word {
		if whole || shapes[c] == shapeDigit {
			t.digits = append(t.digits, nibble(c))
			word[i] = slot
		}
	}
}

// nibble returns the number that a digit stands for.
func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// slotsOf returns the number of slots of a template.
func slotsOf(template []byte) (n int) {
	for _, c := range template {
		if c >= anySlot {
			n++
		}
	}
	return n
}
