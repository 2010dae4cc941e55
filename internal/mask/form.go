package mask

import (
	"net/url"
	"strings"
)

// Form returns a form, or the query of a URL, as it was sent, with Masked in
// place of each value whose name, as its own or in a field beside it, speaks of a
// secret, and of the secrets within other values. It may have been cut off anywhere. Where it has quotes in it, which
// senders of forms escape, it is masked as Broken does as well.
func (m *Masker) Form(text string) string {
	if strings.Contains(text, `"`) {
		text = m.Broken(text)
	}
	pairs := strings.Split(text, "&")
	fields := formFields(text)
	for i, pair := range pairs {
		name, value, has := strings.Cut(pair, "=")
		plainName, plainValue := unescape(name), unescape(value)
		secret := fields.Said(plainName) != "" || Name(plainName)
		if shown := m.Tokens(plainName); shown != plainName {
			name = escape(shown)
		}
		switch shown := m.Text(plainValue); {
		case !has:
			if whole := m.Text(plainName); whole != plainName {
				name = escape(whole)
			}
			pairs[i] = name
		case secret:
			pairs[i] = name + "=" + Masked
		case shown != plainValue:
			pairs[i] = name + "=" + escape(shown)
		default:
			pairs[i] = name + "=" + value
		}
	}
	return strings.Join(pairs, "&")
}

// LearnForm learns the values of a form, or of the query of a URL, whose names
// speak of secrets, and those within other values.
func (m *Masker) LearnForm(text string) {
	fields := formFields(text)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = unescape(name)
		plain, said := unescape(value), fields.Said(name)
		if Name(name) {
			said = name
		} else {
			m.LearnText(plain)
		}
		if Name(name) || said != "" && !isWord(strings.TrimSpace(plain)) {
			m.LearnNamed(said, plain)
			m.LearnNamed(said, value) // as it was sent
		}
	}
}

// formFields returns the fields of a form.
func formFields(text string) *Fields {
	fields := new(Fields)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		fields.Note(unescape(name), unescape(value))
	}
	return fields
}

// escape escapes text for a form, but leaves Masked as it is.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), url.QueryEscape(Masked), Masked)
}
