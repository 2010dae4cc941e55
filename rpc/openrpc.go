package rpc

import (
	"context"
	"encoding/json"
	"slices"

	"daybook/auth"
	"daybook/filter"
)

const (
	openrpcVersion = "1.3.2" // of the OpenRPC specification
	apiVersion     = "1.0.0" // of the methods; their shapes change with it
)

// A ParamDoc describes one param of a method.
type ParamDoc struct {
	Name     string
	Summary  string
	Required bool
	Schema   Schema
}

// A ResultDoc describes what a method answers. Without a Name the method is a
// notification, and answers nothing.
type ResultDoc struct {
	Name    string
	Summary string
	Schema  Schema
}

// discover returns the method that describes methods and itself.
func discover(methods []Method, schemas map[string]Schema) Method {
	m := Method{
		Name:    "rpc.discover",
		Summary: "Describes these methods, as an OpenRPC document.",
		Query:   true,
		Result: ResultDoc{
			Name:    "document",
			Summary: "An OpenRPC document.",
			Schema: Schema{
				"type":     "object",
				"required": []string{"openrpc", "info", "methods"},
			},
		},
	}
	text := Bytes(appendJSON(nil, newDocument(append(methods, m), schemas)))
	m.Decode = func(params []byte) (Call, error) {
		p, err := filter.ParseParams(params)
		if err != nil {
			return nil, err
		}
		if err := p.Only(); err != nil {
			return nil, err
		}
		return func(context.Context, *Caller) (Answer, error) { return text, nil }, nil
	}
	return m
}

// cancelRequest describes the notification that the dispatcher itself
// answers: it is about calls, and no call of its own.
func cancelRequest() Method {
	return Method{
		Name:    cancelMethod,
		Summary: "Gives up the call of this connection with that id, which is answered -32008.",
		Params: []ParamDoc{{
			Name:     "id",
			Summary:  "The id of the call, written as in its request.",
			Required: true,
			Schema:   Schema{"type": []string{"string", "number", "null"}},
		}},
	}
}

// A document is an OpenRPC document; its members are those of the
// specification, in the order of the specification.
type document struct {
	OpenRPC    string      `json:"openrpc"`
	Info       infoDoc     `json:"info"`
	Servers    []serverDoc `json:"servers"`
	Methods    []methodDoc `json:"methods"`
	Components struct {
		Schemas map[string]Schema   `json:"schemas"`
		Errors  map[string]errorDoc `json:"errors"`
	} `json:"components"`
}

type infoDoc struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Version     string `json:"version"`
	License     struct {
		Name string `json:"name"`
	} `json:"license"`
}

type serverDoc struct {
	Name        string `json:"name"`
	URL         string `json:"url"`
	Description string `json:"description"`
}

type methodDoc struct {
	Name           string       `json:"name"`
	Tags           []tagDoc     `json:"tags,omitempty"`
	Summary        string       `json:"summary"`
	ParamStructure string       `json:"paramStructure"`
	Params         []contentDoc `json:"params"`
	Result         *contentDoc  `json:"result,omitempty"`
	Errors         []reference  `json:"errors,omitempty"`
	Examples       []pairingDoc `json:"examples,omitempty"`

	// What OpenRPC has no members for: whose session may call the method, left
	// out where everybody may; and by which servers, left out where by all.
	Sessions []auth.Session `json:"x-sessions,omitempty"`
	Servers  []string       `json:"x-servers,omitempty"`
}

// A tagDoc marks methods that are notifications, of either side.
type tagDoc struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type contentDoc struct {
	Name     string `json:"name"`
	Summary  string `json:"summary,omitempty"`
	Required bool   `json:"required,omitempty"`
	Schema   Schema `json:"schema"`
}

type pairingDoc struct {
	Name   string     `json:"name"`
	Params []valueDoc `json:"params"`
	Result *valueDoc  `json:"result,omitempty"` // nil for notifications
}

type valueDoc struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

type reference struct {
	Ref string `json:"$ref"`
}

// newDocument returns the document of methods.
func newDocument(methods []Method, schemas map[string]Schema) *document {
	d := &document{
		OpenRPC: openrpcVersion,
		Info: infoDoc{
			Title:       "Daybook",
			Description: "Searches the audit journals of trading servers where they lie. JSON-RPC 2.0 over HTTP, WebSocket and TCP.",
			Version:     apiVersion,
		},
		Servers: []serverDoc{
			{"http", "http://127.0.0.1:7390/rpc", "POST; shown at the default address."},
			{"websocket", "ws://127.0.0.1:7390/rpc", "Text frames; shown at the default address."},
			{"tcp", "tcp://127.0.0.1:7391", "Lines, or messages with a Content-Length header; at the address that serve --tcp names, and off by default."},
		},
	}
	d.Info.License.Name = "Apache-2.0"
	examples := recordedExamples()
	for _, m := range methods {
		d.Methods = append(d.Methods, newMethodDoc(m, examples[m.Name]))
	}
	d.Components.Schemas = schemas
	d.Components.Errors = errorDocs()
	return d
}

// newMethodDoc returns the description of m with its recorded examples.
func newMethodDoc(m Method, examples []Recording) methodDoc {
	d := methodDoc{
		Name:           m.Name,
		Tags:           methodTags(m),
		Summary:        m.Summary,
		ParamStructure: "by-name",
		Params:         []contentDoc{},
	}
	for _, p := range m.Params {
		d.Params = append(d.Params, contentDoc(p))
	}
	for _, rec := range examples {
		d.Examples = append(d.Examples, newPairing(m, rec))
	}
	if m.Action != auth.Anything {
		d.Sessions = sessionsThatMay(m.Action)
	}
	if m.Push || len(d.Tags) > 0 {
		d.Servers = []string{"websocket", "tcp"} // which have a connection that it is about
	}
	if m.Result.Name == "" {
		return d
	}
	d.Result = &contentDoc{Name: m.Result.Name, Summary: m.Result.Summary, Schema: m.Result.Schema}
	for _, name := range methodErrors(m) {
		d.Errors = append(d.Errors, reference{"#/components/errors/" + name})
	}
	return d
}

// methodTags says of a notification who sends it.
func methodTags(m Method) []tagDoc {
	switch {
	case m.Result.Name != "":
		return nil
	case m.Name == eventMethod:
		return []tagDoc{{"notification from the server", "The server sends it; it can't be called."}}
	}
	return []tagDoc{{"notification", "The client sends it without an id, and nothing answers it."}}
}

// sessionsThatMay are the sessions with a name that may do a.
func sessionsThatMay(a auth.Action) []auth.Session {
	return slices.DeleteFunc(auth.Sessions(), func(s auth.Session) bool { return !auth.Principal{Session: s}.May(a) })
}

// newPairing lists the params of an example in the order of the method's.
func newPairing(m Method, rec Recording) pairingDoc {
	message := exampleMessage(rec)
	d := pairingDoc{Name: rec.Note, Params: []valueDoc{}}
	if m.Result.Name != "" {
		d.Result = &valueDoc{m.Result.Name, message.Result}
	}
	for _, p := range m.Params {
		if value, ok := message.Params[p.Name]; ok {
			d.Params = append(d.Params, valueDoc{p.Name, value})
		}
	}
	return d
}

// methodErrors names the errors that m may answer, beside those that any
// message may get: not JSON, not a request, no such method.
func methodErrors(m Method) []string {
	names := []string{"BadParams", "Internal", "Stopped", "TooLarge", "TooFrequent"}
	if m.Name == "Authenticate" || m.Action != auth.Anything {
		names = append(names, "NotAuthenticated")
	}
	if m.Action != auth.Anything {
		names = append(names, "NoRights")
	}
	if m.Action != auth.Anything && m.Query {
		names = append(names, "Unreadable")
	}
	if m.Push {
		names = append(names, "NoMethod")
	}
	return names
}
