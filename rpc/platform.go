package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"daybook/auth"
	"daybook/internal/quote"
)

// accessMember is what clients of the platform put into data for the platform
// itself; it is not for us.
const accessMember = "__access"

// tokenMember is the token of a request over TCP, in either dialect.
const tokenMember = "__token"

// A rawMember is one member of an object as it was sent.
type rawMember struct {
	name  string // decoded
	value []byte
}

// rawMembers are members of one object, in the order in which they were sent.
type rawMembers []rawMember

// get returns the value of the last member of that name, which is the one that
// the usual readers take; nil when there is none.
func (all rawMembers) get(name string) []byte {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].name == name {
			return all[i].value
		}
	}
	return nil
}

// repeated returns a name that stands twice, and whether there is one.
func (all rawMembers) repeated() (string, bool) {
	if len(all) <= 8 { // as in every honest request: cheaper than a map
		for i := range all {
			if slices.ContainsFunc(all[:i], func(m rawMember) bool { return m.name == all[i].name }) {
				return all[i].name, true
			}
		}
		return "", false
	}
	seen := make(map[string]struct{}, len(all))
	for _, m := range all {
		if _, twice := seen[m.name]; twice {
			return m.name, true
		}
		seen[m.name] = struct{}{}
	}
	return "", false
}

// platformEnvelope returns the request of the platform's dialect that raw is,
// whose members are all. Whatever is wrong with it, its extID comes back.
func platformEnvelope(raw []byte, all rawMembers) envelope {
	e := envelope{dialect: platform, raw: raw, id: all.get("extID")}
	command := all.get("command")
	if name, twice := all.repeated(); twice {
		e.fault = errNotRequest(fmt.Sprintf("member %.100q stands twice", name))
		return e
	}
	switch {
	case command == nil:
		e.fault = errNotRequest(`member "command" is missing`)
		return e
	case command[0] != '"':
		e.fault = errNotRequest("command must be a string")
		return e
	}
	e.method = unquote(command)
	e.token = platformToken(all.get(tokenMember))
	if data := all.get("data"); !isNull(data) {
		e.params = withoutMember(data, accessMember)
	}
	return e
}

// platformToken returns the token that value is: missing, null and empty ones
// are none, and what is no text is one that proves nobody.
func platformToken(value []byte) auth.Secret {
	switch {
	case isNull(value):
		return ""
	case value[0] == '"':
		return auth.Secret(unquote(value))
	}
	return auth.Secret(value)
}

// withoutMember returns object, which is valid JSON, without its members of that
// name. Anything but an object comes back as it is.
func withoutMember(object []byte, name string) []byte {
	if object[0] != '{' || !bytes.Contains(object, []byte(name)) && !bytes.Contains(object, []byte(`\u`)) {
		return object
	}
	kept := []byte{'{'}
	for _, m := range peekMembers(object) {
		if m.name == name {
			continue
		}
		if len(kept) > 1 {
			kept = append(kept, ',')
		}
		kept = quote.Append(kept, []byte(m.name))
		kept = append(kept, ':')
		kept = append(kept, m.value...)
	}
	return append(kept, '}')
}

// asJSONRPC returns the JSON-RPC request that asks for the same as text, a
// message in the platform's dialect. Of an extID that can be no id is made null,
// and so is a missing one: the platform answers everything.
func asJSONRPC(text []byte) []byte {
	all := peekMembers(text)
	e := platformEnvelope(text, all)
	if !isID(e.id) {
		e.id = []byte(null)
	}
	made := append([]byte(`{"jsonrpc":"2.0","id":`), e.id...)
	if e.fault == nil {
		made = append(made, `,"method":`...)
		made = append(made, all.get("command")...)
	}
	if e.params != nil {
		made = append(made, `,"params":`...)
		made = append(made, e.params...)
	}
	return append(made, '}')
}

// peekMembers returns the members of the object that text begins with, as far as
// they are complete. It checks no more than it needs to find them, and serves
// where text was cut, or was more than may be parsed: the values are whatever
// stood there.
func peekMembers(text []byte) (all rawMembers) {
	p := peeker{text: text}
	if p.next() != '{' {
		return nil
	}
	p.pos++
	for {
		if p.next() == ',' {
			p.pos++
		}
		if p.next() != '"' {
			return all
		}
		name := p.value()
		if p.next() != ':' || !json.Valid(name) {
			return all
		}
		p.pos++
		p.next()
		value := p.value()
		if value == nil {
			return all
		}
		all = append(all, rawMember{unquote(name), value})
	}
}

// A peeker finds where JSON values end, without recursion and without checks.
type peeker struct {
	text []byte
	pos  int
}

// next passes white space and returns the byte after it, 0 at the end.
func (p *peeker) next() byte {
	s := syntax{data: p.text, pos: p.pos}
	c := s.peek()
	p.pos = s.pos
	return c
}

// value passes the value that p stands at and returns it; nil if its end is not
// there.
func (p *peeker) value() []byte {
	start, depth := p.pos, 0
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch c {
		case '"':
			if !p.quoted() {
				return nil
			}
		case '{', '[':
			depth++
			p.pos++
		case '}', ']', ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return p.since(start)
			}
			if c == '}' || c == ']' {
				depth--
			}
			p.pos++
		default:
			p.pos++
			continue // inside a number or a word, or something else between brackets
		}
		if depth == 0 {
			return p.since(start)
		}
	}
	return nil
}

// since returns what stands between start and p; nil if that is nothing.
func (p *peeker) since(start int) []byte {
	if p.pos == start {
		return nil
	}
	return p.text[start:p.pos]
}

// quoted passes a string; false if its end is not there.
func (p *peeker) quoted() bool {
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case '\\':
			p.pos++
		case '"':
			p.pos++
			return true
		}
	}
	return false
}
