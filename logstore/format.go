package logstore

import (
	"bytes"
	"math/bits"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// Journals are tab separated values: a line is split at its first tabs, one
// fewer than the schema has fields, and backslash escapes stand for the
// characters that have a meaning.

// The bytes with a meaning in TSV.
const (
	tsvSeparator = '\t'
	tsvEscape    = '\\'
)

// unescapeTSV appends raw with its escapes resolved: \t, \n, \r and \\. Any
// other backslash stands for itself.
func unescapeTSV(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, tsvEscape)
		if i < 0 || i+1 == len(raw) {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		switch raw[i+1] {
		case 't':
			dst = append(dst, '\t')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case '\\':
			dst = append(dst, '\\')
		default:
			dst = append(dst, '\\', raw[i+1])
		}
		raw = raw[i+2:]
	}
}

// splitTSV cuts one line into columns. It reports false when there are too few.
func splitTSV(columns [][]byte, line []byte) bool {
	last := len(columns) - 1
	for i := range last {
		at := bytes.IndexByte(line, tsvSeparator)
		if at < 0 {
			return false
		}
		columns[i], line = line[:at], line[at+1:]
	}
	columns[last] = line
	return true
}

// isClean reports whether line has no escape and no byte outside of ASCII.
func isClean(line []byte) bool {
	return bytes.IndexByte(line, tsvEscape) < 0 && isASCII(line)
}

// A splitter finds columns of one line after the other in a block whose bytes
// have been classified. The last column takes the rest of the line.
type splitter struct {
	data  []byte
	masks []bytescan.Mask // one more than data needs
	last  int             // the last column

	start, end int                       // of the present line
	base       int                       // where the bits begin
	bits       uint64                    // separators from base on that were not passed yet
	passed     int                       // separators passed so far
	ends       [filter.MaxFields + 1]int // of the columns before the separators passed; first the byte before the line
	column     span                      // of data, that was found last
}

// line starts on the line data[start:end].
func (s *splitter) line(start, end int) {
	s.start, s.end = start, end
	s.passed, s.base = 0, start
	s.bits = s.window(start)
	s.ends[0] = start - 1
}

// window returns the separators among the 64 bytes from at on.
func (s *splitter) window(at int) uint64 {
	word, shift := at>>6, uint(at&63)
	return s.masks[word].Separator>>shift | s.masks[word+1].Separator<<(64-shift)
}

// find finds a column. It reports false when the line has fewer.
func (s *splitter) find(column int) bool {
	if s.passed <= column && !s.pass(min(column+1, s.last)) {
		return false
	}
	s.column = s.found(column)
	return true
}

// found returns a column, behind which or, for the last one, before which all
// separators were passed.
func (s *splitter) found(column int) span {
	to := s.end
	if column < s.last {
		to = s.ends[column+1]
	}
	return span{s.ends[column] + 1, to}
}

// pass passes separators until there were n. It reports false when the line has
// fewer.
func (s *splitter) pass(n int) bool {
	base, separators := s.base, s.bits
	for i := s.passed; i < n; i++ {
		for separators == 0 {
			if base += 64; base >= s.end {
				return false
			}
			separators = s.window(base)
		}
		s.ends[i+1] = base + bits.TrailingZeros64(separators)
		separators &= separators - 1
	}
	if s.ends[n] >= s.end {
		return false
	}
	s.passed, s.base, s.bits = n, base, separators
	return true
}

// bytes returns the column that was found last.
func (s *splitter) bytes() []byte { return s.data[s.column.from:s.column.to] }

// clean reports whether the column that was found last is its own decoded
// value, in ASCII.
func (s *splitter) clean() bool { return s.cleanSpan(s.column) }

func (s *splitter) cleanSpan(c span) bool { return c.from == c.to || !s.odd(c.from, c.to) }

// odd reports whether any byte of data[start:end] may not be its own decoded
// value.
func (s *splitter) odd(start, end int) bool {
	first, last := start>>6, (end-1)>>6
	from, to := ^uint64(0)<<(start&63), ^uint64(0)>>(63-(end-1)&63)
	if first == last {
		return s.masks[first].Odd&from&to != 0
	}
	all := s.masks[first].Odd&from | s.masks[last].Odd&to
	for i := first + 1; i < last; i++ {
		all |= s.masks[i].Odd
	}
	return all != 0
}
