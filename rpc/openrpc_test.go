package rpc

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write golden files anew")

// discovered returns the document as a client gets it.
func discovered(t testing.TB) []byte {
	t.Helper()
	text, err := run(methodNamed(t, "rpc.discover", nil, nil), `{}`, &Caller{})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

func TestDiscoverGolden(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := json.Indent(&got, discovered(t), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	golden := filepath.Join("testdata", "openrpc.json")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("rpc.discover mismatch (-want +got); run with -update if the change is meant:\n%s", diff)
	}
}

func TestDiscoverFaults(t *testing.T) {
	t.Parallel()
	checkFaults(t, "rpc.discover", []fault{
		{`{"x":1}`, "x", "unknown param"},
		{`null`, "params", "is null; must be an object, or an array that holds one object"},
	})
}

// A contract is the document, with its schemas compiled.
type contract struct {
	methods map[string]*methodContract
	errors  map[int]*jsonschema.Schema // the data of each code; nil for none
	codes   map[string]int             // by the name of the error
}

type methodContract struct {
	doc    methodDoc
	params *jsonschema.Schema
	result *jsonschema.Schema // nil for notifications
	codes  map[int]bool       // of the errors it may answer
}

// newContract compiles every schema of the document. It fails where the
// document does not hold together.
func newContract(t *testing.T) *contract {
	t.Helper()
	text := discovered(t)
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	c := &schemaCompiler{t: t, Compiler: jsonschema.NewCompiler()}
	c.DefaultDraft(jsonschema.Draft7)
	c.add("openrpc.json", text)
	all := &contract{
		methods: map[string]*methodContract{},
		errors:  map[int]*jsonschema.Schema{},
		codes:   map[string]int{},
	}
	for name := range d.Components.Schemas {
		c.compile("openrpc.json#/components/schemas/" + name)
	}
	for name, e := range d.Components.Errors {
		all.codes[name] = e.Code
		all.errors[e.Code] = nil
		if e.Data != nil {
			all.errors[e.Code] = c.compile("openrpc.json#/components/errors/" + name + "/data")
		}
	}
	for i, m := range d.Methods {
		mc := &methodContract{doc: m, codes: map[int]bool{}}
		properties := Schema{}
		var required []string
		for n, p := range m.Params {
			properties[p.Name] = Schema{"$ref": fmt.Sprintf("openrpc.json#/methods/%d/params/%d/schema", i, n)}
			if p.Required {
				required = append(required, p.Name)
			}
		}
		url := fmt.Sprintf("params-%d.json", i)
		params := closedObject(properties, required...)
		if required == nil {
			delete(params, "required")
		}
		c.add(url, appendJSON(nil, params))
		mc.params = c.compile(url)
		if m.Result != nil {
			mc.result = c.compile(fmt.Sprintf("openrpc.json#/methods/%d/result/schema", i))
		}
		for _, r := range m.Errors {
			name := strings.TrimPrefix(r.Ref, "#/components/errors/")
			code, ok := all.codes[name]
			if !ok {
				t.Errorf("%s refers to the error %q, which is not described", m.Name, r.Ref)
			}
			mc.codes[code] = true
		}
		all.methods[m.Name] = mc
	}
	return all
}

// A schemaCompiler fails its test instead of returning errors.
type schemaCompiler struct {
	*jsonschema.Compiler
	t *testing.T
}

func (c *schemaCompiler) add(url string, text []byte) {
	c.t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.AddResource(url, doc); err != nil {
		c.t.Fatal(err)
	}
}

func (c *schemaCompiler) compile(url string) *jsonschema.Schema {
	c.t.Helper()
	s, err := c.Compile(url)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// validate checks JSON against a schema.
func validate(s *jsonschema.Schema, text []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// TestDiscoverIsStrict checks that the schemas refuse what Decode refuses,
// where a schema can tell.
func TestDiscoverIsStrict(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	for _, tt := range []struct{ method, params string }{
		{"Authenticate", `{}`},
		{"Authenticate", `{"token":null}`},
		{"Authenticate", `{"token":"x","x":1}`},
		{"GetLogs", `{"from":0,"to":0,"limit":1}`},
		{"GetLogs", `{"from":"2026-04-22","to":0,"limit":1,"offset":0}`},
		{"GetLogs", `{"from":1.5,"to":0,"limit":1,"offset":0}`},
		{"GetLogs", `{"from":0,"to":0,"limit":50001,"offset":0}`},
		{"GetLogs", `{"from":0,"to":0,"limit":1,"offset":-1}`},
		{"GetLogs", `{"from":0,"to":0,"limit":1,"offset":0,"status":true}`},
		{"GetLogs", `{"from":0,"to":0,"limit":1,"offset":0,"where":[]}`},
		{"GetLogsByFilter", `{"limit":1}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"from":0}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":{}}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":""}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":[[]]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["status","="]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["actor","=","x"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["status","~","x"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["status","not  like","x"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["status","=",null]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["timestamp","=","1e9"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"where":["timestamp","=",1.5]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"whereIn":["status","ERROR"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"whereIn":["status",[[]]]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"whereBetween":["status",["a"]]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"whereBetween":["timestamp",["a","b"]]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"orderBy":["status","DOWN"]}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"orderBy":"status"}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"partial":1}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"cursor":"x"}`},
		{"GetLogsByFilter", `{"limit":1,"offset":0,"at":""}`},
		{"GetLogTop", `{"field":"status","at":1}`},
		{"GetLogHistogram", `{}`},
		{"GetLogHistogram", `{"interval":"week"}`},
		{"GetLogHistogram", `{"interval":0}`},
		{"GetLogHistogram", `{"interval":31536001}`},
		{"GetLogHistogram", `{"interval":"day","by":"timestamp"}`},
		{"GetLogHistogram", `{"interval":"day","journal":"trades"}`},
		{"GetRequestLogs", `{"limit":1}`},
		{"GetRequestLogs", `{"limit":1,"offset":0,"where":["timestamp","=",1]}`},
		{"GetRequestLogs", `{"limit":1,"offset":0,"orderBy":["body"]}`},
		{"GetLogHistogram", `{"interval":"day","limit":1}`},
		{"GetLogTop", `{}`},
		{"GetLogTop", `{"field":"time"}`},
		{"GetLogTop", `{"field":"status","limit":1001}`},
		{"GetLogTop", `{"field":"status","orderBy":["status"]}`},
		{"GetJournalStatus", `{"from":"2026-11-20"}`},
		{"GetJournalStatus", `{"day":"2026-11-20"}`},
		{"GetJournalStatus", `{"journal":"trades"}`},
		{"rpc.discover", `{"x":1}`},
		{"$/cancelRequest", `{}`},
		{"$/cancelRequest", `{"id":[]}`},
	} {
		if err := validate(c.methods[tt.method].params, []byte(tt.params)); err == nil {
			t.Errorf("the schemas of %s take %s", tt.method, tt.params)
		}
	}
}

// TestErrorDocs checks the description of each error against the error that
// is sent.
func TestErrorDocs(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	sent := map[string]*Error{
		"Parse":            errParse("x"),
		"NotRequest":       errNotRequest("x"),
		"NoMethod":         errNoMethod("x", ""),
		"BadParams":        paramError(&filter.ParamError{Param: "where[1]", Reason: "x", Allowed: []string{"="}}),
		"Internal":         {Code: CodeInternal, Data: map[string]string{"id": "x"}},
		"NotAuthenticated": errNoToken("x"),
		"NoRights":         errNoRights("x"),
		"Stopped":          {Code: CodeStopped, Data: stoppedData{"timeout", 25}},
		"TooLarge":         errTooLarge("answer", 1, 2),
		"Unreadable":       {Code: CodeUnreadable, Data: unreadableData{named{"ERR_DISK", 15}, "f", "r"}},
		"TooFrequent":      errTooFrequent("x", 0),
	}
	if err := checkErrorData(c, CodeNoMethod, appendJSON(nil, errNoMethod("x", "y").Data)); err != nil {
		t.Errorf("error NoMethod with a reason: %v", err)
	}
	for name, code := range c.codes {
		e, ok := sent[name]
		if !ok || e.Code != code {
			t.Errorf("error %s (%d) is described, and not sent", name, code)
			continue
		}
		if err := checkErrorData(c, e.Code, appendJSON(nil, e.Data)); err != nil {
			t.Errorf("error %s: %v", name, err)
		}
	}
	if len(c.codes) != len(sent) {
		t.Errorf("%d errors are described, want %d", len(c.codes), len(sent))
	}
}

// checkErrorData checks the data of an error with this code.
func checkErrorData(c *contract, code int, data []byte) error {
	s, ok := c.errors[code]
	switch {
	case !ok:
		return fmt.Errorf("no error with code %d is described", code)
	case s == nil && !isNull(data):
		return fmt.Errorf("data %s, want none", data)
	case s == nil:
		return nil
	case len(data) == 0:
		data = []byte("null")
	}
	return validate(s, data)
}

// TestRecordingsFollowTheDocument checks every recorded request and answer
// against the schemas.
func TestRecordingsFollowTheDocument(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	files, err := filepath.Glob(filepath.Join("..", "testdata", "requests", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ReadRecordings(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, rec := range all {
			if err := checkRecording(c, &rec); err != nil {
				t.Errorf("%s, recording %d (%s): %v", filepath.Base(name), i+1, rec.Note, err)
			}
			checked++
		}
	}
	if checked < 60 {
		t.Errorf("%d recordings, want at least 60", checked)
	}
}

// checkRecording checks one request with its answer.
func checkRecording(c *contract, rec *Recording) error {
	var request struct {
		Method string
		Params json.RawMessage
	}
	if rec.Request != nil && json.Unmarshal(rec.Request, &request) != nil {
		request.Method = "" // not a request
	}
	if isNull(rec.Answer) {
		return nil
	}
	var answer struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  json.RawMessage `json:"result"`
		Error   *struct {
			Code    int             `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data"`
		} `json:"error"`
	}
	d := json.NewDecoder(bytes.NewReader(rec.Answer))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil {
		return err
	}
	if answer.JSONRPC != "2.0" || answer.ID == nil || (answer.Result == nil) == (answer.Error == nil) {
		return fmt.Errorf("answer %.200s is no response", rec.Answer)
	}
	m := c.methods[request.Method]
	if answer.Error != nil {
		e := answer.Error
		if m != nil && e.Code != CodeNotRequest && !m.codes[e.Code] {
			return fmt.Errorf("%s does not say that it may answer %d", request.Method, e.Code)
		}
		return checkErrorData(c, e.Code, e.Data)
	}
	if m == nil {
		return fmt.Errorf("result of the method %q, which is not described", request.Method)
	}
	params := bytes.TrimSpace(request.Params)
	if len(params) == 0 {
		params = []byte(`{}`)
	}
	if params[0] == '[' { // an array that holds the object
		params = params[1 : len(params)-1]
	}
	if err := validate(m.params, params); err != nil {
		return fmt.Errorf("params: %w", err)
	}
	if err := validate(m.result, answer.Result); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return nil
}
