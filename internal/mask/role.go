package mask

import "strings"

// A role is what a member does for the others of its object: in
// {"name": "password", "value": "hunter2"} one says the name of what another holds.
type role uint8

const (
	noRole   role = iota
	saysName      // its text is a name
	hasValue      // it holds what has the name
	hasWord       // it holds what has the name if that is a single word
)

// roleOf returns the role of the member of that name.
//
// Names are said as HAR, OpenTelemetry, Kubernetes, form builders (name, key, field,
// id), JSON Patch and SCIM (path), Keycloak (type), MongoDB ($objectToArray: k) and
// CloudFormation (ParameterKey) say them. Not by label or title, which are for people:
// a choice of "Token ring" has the value 2. The others of an object are no values for
// standing beside a name: {"name": "token", "required": true} describes one.
func roleOf(name string) role {
	var letters [32]byte // of the longest name with a role
	text := letters[:0]
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '-' || c == '_':
			continue
		case len(text) == len(letters):
			return noRole
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		text = append(text, c)
	}
	switch plain := string(text); plain {
	case "v", "val", "old", "new":
		return hasValue
	case "content", "data":
		// What has a name and content is a message or a file as a rule, as in
		// {"name": "token.go", "content": "package auth\n"}; of a <meta> it is a value,
		// and so are the data of a secret of Docker.
		return hasWord
	default:
		if strings.HasSuffix(plain, "value") || strings.HasSuffix(plain, "values") { // newValue, stringValue
			return hasValue
		}
		for _, end := range [...]string{"name", "key", "path", "id"} { // fieldName
			if thing, ok := strings.CutSuffix(plain, end); ok && (thing == "" || isThing(thing)) {
				return saysName
			}
		}
		if plain == "k" || plain == "type" || isThing(plain) {
			return saysName
		}
	}
	return noRole
}

// isThing reports whether thing is what has a name and a value.
func isThing(thing string) bool {
	switch thing {
	case "field", "header", "param", "parameter", "property", "attribute", "variable", "setting", "option":
		return true
	}
	return false
}
