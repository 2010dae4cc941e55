package rpc

import (
	"bytes"
	"io"
	"slices"
	"strconv"
)

// A tcpProtocol is what is spoken over a TCP connection: the dialect of the
// platform and JSON-RPC 2.0, a message on each line, or JSON-RPC 2.0 with a
// header before each message. Its methods but frame are for the goroutine that
// reads.
type tcpProtocol struct {
	// headers says that messages have headers: set before the first of them is
	// parsed, and never again.
	headers bool

	last dialect // of the last good message; what nothing else is known of is answered in it
}

func newTCPProtocol() *tcpProtocol { return &tcpProtocol{last: platform} }

// parse implements protocol.
func (p *tcpProtocol) parse(text []byte, l *Limits) (message, *Error) {
	m, err := p.read(text, l)
	switch {
	case err == nil:
	case err.Code == CodeTooLarge:
		return p.refused(text), err
	default: // no JSON, and so without an id
		return message{dialect: p.last}, err
	}
	m.dialect = m.items[0].dialect
	if m.dialect == jsonRPC {
		takeTokens(m.items)
	}
	good := func(e envelope) bool { return e.fault == nil }
	if slices.ContainsFunc(m.items, good) {
		p.last = m.dialect
	}
	return m, nil
}

// takeTokens gives requests of JSON-RPC the token that stands in them: over TCP
// there is no header that it could come with.
func takeTokens(items []envelope) {
	for i := range items {
		if e := &items[i]; bytes.Contains(e.raw, []byte(tokenMember)) {
			e.token = platformToken(peekMembers(e.raw).get(tokenMember))
		}
	}
}

// read is parse without a dialect for the error.
func (p *tcpProtocol) read(text []byte, l *Limits) (message, *Error) {
	s := &syntax{data: text, maxDepth: l.Depth, maxTokens: l.Tokens}
	if p.headers || s.peek() == '[' {
		return p.readJSONRPC(text, l)
	}
	if err := checkText(text); err != nil {
		return message{}, err
	}
	start := s.pos
	var all rawMembers
	var err *Error
	object := s.peek() == '{'
	if object {
		all, err = s.rawMembers()
	} else {
		err = s.value()
	}
	if err != nil {
		return message{}, err
	}
	raw := text[start:s.pos]
	if s.peek(); s.pos < len(text) {
		return message{}, s.unexpected("nothing more")
	}
	var e envelope
	switch d := p.dialectOf(all); {
	case !object:
		e = envelope{dialect: d, raw: raw, fault: errNotRequest("not an object")}
	case d == platform:
		e = platformEnvelope(raw, all)
	default:
		e.raw = raw
		m := members{envelope: &e}
		for _, one := range all {
			m.add(one.name, one.value)
		}
		m.judge()
	}
	return message{items: []envelope{e}}, nil
}

// readJSONRPC reads a message that can be nothing but JSON-RPC, or an array. An
// array without a request of JSON-RPC is no request of the platform either.
func (p *tcpProtocol) readJSONRPC(text []byte, l *Limits) (message, *Error) {
	m, err := parseMessage(text, l)
	if err != nil || p.last == jsonRPC {
		return m, err
	}
	versioned := func(e envelope) bool { return peekMembers(e.raw).get("jsonrpc") != nil }
	if slices.ContainsFunc(m.items, versioned) {
		return m, nil
	}
	fault := errNotRequest("not an object")
	return message{items: []envelope{{dialect: platform, raw: text, fault: fault}}}, nil
}

// rawMembers reads an object and returns its members.
func (s *syntax) rawMembers() (all rawMembers, err *Error) {
	err = s.object(func(quoted []byte) *Error {
		s.peek()
		start := s.pos
		err := s.value()
		all = append(all, rawMember{unquote(quoted), s.data[start:s.pos]})
		return err
	})
	return all, err
}

// dialectOf returns the dialect of a message with these members: that of the
// last good one, unless they speak for one alone.
func (p *tcpProtocol) dialectOf(all rawMembers) dialect {
	version, command := all.get("jsonrpc") != nil, all.get("command") != nil
	switch {
	case version && !command:
		return jsonRPC
	case command && !version:
		return platform
	}
	return p.last
}

// refused implements protocol.
func (p *tcpProtocol) refused(text []byte) message {
	if p.headers {
		return message{}
	}
	first, batch := bytes.CutPrefix(text, []byte("["))
	all := peekMembers(first)
	m := message{dialect: p.dialectOf(all)}
	if id := all.get("extID"); m.dialect == platform && !batch && isValue(id) {
		m.id = id
	}
	return m
}

// isValue reports whether text, which may be anything, is one JSON value that
// may be sent back.
func isValue(text []byte) bool {
	s := &syntax{data: text, maxDepth: DefaultLimits().Depth, maxTokens: DefaultLimits().Tokens}
	return checkUTF8(text) == nil && s.value() == nil && s.pos == len(text)
}

// frame implements protocol.
func (p *tcpProtocol) frame(a Answer) Answer {
	if p.headers {
		return &framed{"Content-Length: " + strconv.FormatInt(a.Len(), 10) + "\r\n\r\n", a, ""}
	}
	return &framed{"", a, "\r\n"}
}

// A framed is an Answer with something before and after it.
type framed struct {
	before string
	answer Answer
	after  string
}

// Len returns the number of bytes that WriteTo writes.
func (f *framed) Len() int64 { return int64(len(f.before)+len(f.after)) + f.answer.Len() }

// WriteTo writes the answer with what is around it.
func (f *framed) WriteTo(w io.Writer) (int64, error) {
	c := &countingWriter{to: w}
	c.puts(f.before)
	c.answer(f.answer)
	c.puts(f.after)
	return c.n, c.err
}
