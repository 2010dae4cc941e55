package requestapi

import (
	"net/url"
	"slices"
	"strings"
)

// parameterValues are the parameters of a URL, by name, each as often as it was
// sent.
type parameterValues url.Values

// parseParameters reads the query of a URL. What is escaped badly stands for
// itself: nothing is left out.
func parseParameters(query string) parameterValues {
	sent := make(parameterValues)
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = unescaped(name)
		sent[name] = append(sent[name], unescaped(value))
	}
	return sent
}

// unescaped returns a part of a query in plain text.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// text returns the value of a parameter that counts, "" for none. It is valid
// UTF-8, as values of records are.
func (v parameterValues) text(name string) string {
	values := v[name]
	if len(values) == 0 {
		return ""
	}
	return repaired(values[len(values)-1])
}

// repaired returns text with a U+FFFD in place of each byte that is part of no
// valid UTF-8 sequence.
func repaired(text string) string { return string([]rune(text)) }

// with returns the query that has value in place of what was sent of a parameter,
// of which "" leaves nothing.
func (v parameterValues) with(page map[string]string) string {
	var b strings.Builder
	names := make([]string, 0, len(v)+len(page))
	for name := range v {
		if _, ours := page[name]; !ours {
			names = append(names, name)
		}
	}
	for name, value := range page {
		if value != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		values := v[name]
		if value, ours := page[name]; ours {
			values = []string{value}
		}
		for _, value := range values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(url.QueryEscape(name))
			b.WriteByte('=')
			b.WriteString(url.QueryEscape(value))
		}
	}
	return b.String()
}
