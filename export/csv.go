package export

import "bytes"

// appendCell appends a cell of RFC 4180: quoted where it must be. Line breaks in
// it stay exactly as they are, which encoding/csv does not promise.
func appendCell(dst, text []byte) []byte {
	formula := isFormula(text)
	if !needsQuotes(text) {
		if formula {
			dst = append(dst, '\'')
		}
		return append(dst, text...)
	}
	dst = append(dst, '"')
	if formula {
		dst = append(dst, '\'')
	}
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return append(append(dst, text...), '"')
		}
		dst = append(append(dst, text[:i+1]...), '"')
		text = text[i+1:]
	}
}

// needsQuotes reports whether a cell must be quoted, or begins or ends with a
// blank, which some readers would take away.
func needsQuotes(text []byte) bool {
	for _, c := range text {
		if c == ',' || c == '"' || c == '\r' || c == '\n' {
			return true
		}
	}
	return len(text) > 0 && (text[0] == ' ' || text[len(text)-1] == ' ')
}

// isFormula reports whether a spreadsheet would read a cell as a formula, or lose
// its first character (see OWASP, "CSV Injection"): what begins with = + - @, their
// full-width forms, a tab, a line break or NUL. A lone "-" (nobody, in an audit
// journal) and plain numbers do no harm.
func isFormula(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	switch text[0] {
	case '=', '@', '\t', '\r', '\n', 0:
		return true
	case '+', '-':
		return len(text) > 1 && !isNumber(text[1:]) || text[0] == '+' && len(text) == 1
	case 0xef: // the full-width forms begin with it
		for _, sign := range [...]string{"＝", "＋", "－", "＠"} {
			if bytes.HasPrefix(text, []byte(sign)) {
				return true
			}
		}
	}
	return false
}

// isNumber reports whether text is digits, with at most one point among them.
func isNumber(text []byte) bool {
	digits, points := 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
