package mask

import "strings"

// Fields knows which fields of a form hold what has its name in another one, as in
// name=password&value=hunter2 and env[0][key]=TOKEN&env[0][value]=hunter2. Each field
// is noted, in their order, and then each is asked about, in the same order. The zero
// Fields is empty.
type Fields struct {
	groups map[string]*fieldGroup // by what stands before name and value
}

// A fieldGroup is fields with names and values of one kind.
type fieldGroup struct {
	names  []string
	secret string // the first of them that speaks of a secret
	values int
	asked  int // values that were asked about
}

// Note notes a field, its escapes resolved.
func (f *Fields) Note(name, value string) {
	group, role := fieldRole(name)
	if role == noRole {
		return
	}
	g := f.groups[group]
	if g == nil {
		g = new(fieldGroup)
		if f.groups == nil {
			f.groups = make(map[string]*fieldGroup)
		}
		f.groups[group] = g
	}
	if role == hasValue {
		g.values++
		return
	}
	g.names = append(g.names, value)
	if g.secret == "" && Name(value) {
		g.secret = value
	}
}

// Said returns the name of a secret that another field has said of what this one
// holds, "" if there is none. Of as many names as values, each belongs to one; else any
// may belong to all.
func (f *Fields) Said(name string) string {
	group, role := fieldRole(name)
	g := f.groups[group]
	if g == nil || role != hasValue {
		return ""
	}
	if len(g.names) != g.values || g.asked == g.values {
		return g.secret
	}
	said := g.names[g.asked]
	g.asked++
	if !Name(said) {
		return ""
	}
	return said
}

// fieldRole returns the role of a field, and what stands before the word that has it:
// nothing, env[0], env.0. or, as in the sets of forms of Django, form-0-.
func fieldRole(name string) (group string, role role) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "[]"), "]")
	at := strings.LastIndexAny(name, "[.") + 1
	if hyphen := strings.LastIndexByte(name, '-'); hyphen > at && '0' <= name[hyphen-1] && name[hyphen-1] <= '9' {
		at = hyphen + 1
	}
	if role = roleOf(name[at:]); role == hasWord {
		role = noRole // a form has messages there
	}
	return name[:at], role
}
