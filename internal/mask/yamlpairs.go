package mask

import "strings"

// besideInYAML appends where values stand in YAML whose name is on the line beside it,
// in the same column, as in
//
//	env:
//	- name: DB_PASSWORD
//	  value: hunter2
//
// A value after its name may go on in deeper lines. Lines apart are not one item for
// certain, in a text that may be no YAML at all.
func besideInYAML(hidden []namedSpan, text string) []namedSpan {
	var last yamlLine
	for at := 0; at < len(text); {
		line := readLine(text, at)
		if line.role != noRole && last.column == line.column && !line.item {
			switch {
			case last.said != "" && line.role == hasValue:
				line.value.to = blockEnd(text, line)
				hidden = append(hidden, namedSpan{line.value, last.said})
			case line.said != "" && last.role == hasValue:
				hidden = append(hidden, namedSpan{last.value, line.said})
			}
		}
		last, at = line, max(line.end, line.value.to)
	}
	return hidden
}

// A yamlLine is a line that may have a key and a value.
type yamlLine struct {
	end    int    // where the next line begins
	column int    // of the key
	item   bool   // it begins one of a list
	role   role   // noRole where there is no key
	said   string // the name of a secret
	value  span
}

// readLine reads the line at at.
func readLine(text string, at int) yamlLine {
	var l yamlLine
	l.end = at + cutset(text[at:], "\n")
	line := strings.TrimRight(text[at:l.end], " \t\r")
	l.end = min(l.end+1, len(text))
	rest := strings.TrimLeft(line, " ")
	for strings.HasPrefix(rest, "- ") {
		rest, l.item = strings.TrimLeft(rest[1:], " "), true
	}
	l.column = len(line) - len(rest)
	n := wordLength(rest)
	if n > 0 && rest[n-1] == ':' { // which may be a part of words
		n--
	}
	key, value, found := rest[:n], strings.TrimPrefix(rest[n:], ":"), strings.HasPrefix(rest[n:], ":")
	value, spaced := strings.CutPrefix(value, " ")
	value = strings.TrimLeft(value, " ")
	if !found || !spaced && value != "" {
		return l
	}
	l.role = roleOf(key)
	l.value = span{at + len(line) - len(value), at + len(line)}
	if n := len(value) - 1; n > 0 && value[0] == value[n] && (value[0] == '"' || value[0] == '\'') {
		value = value[1:n]
		l.value = span{l.value.from + 1, l.value.to - 1}
	}
	if l.role == saysName && Name(value) {
		l.said = value
	}
	if l.role == hasWord && (value == "" || hasSpace(value)) {
		l.role = noRole
	}
	if l.role == hasWord {
		l.role = hasValue
	}
	return l
}

// blockEnd returns where a value ends that may go on in the lines behind its own.
func blockEnd(text string, line yamlLine) int {
	end := line.value.to
	for at := line.end; at < len(text); {
		next := at + cutset(text[at:], "\n")
		content := strings.TrimLeft(text[at:next], " ")
		if strings.TrimSpace(content) != "" {
			if next-at-len(content) <= line.column {
				break
			}
			end = next
		}
		at = next + 1
	}
	return end
}
