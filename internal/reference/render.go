package reference

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Render returns the page of an OpenRPC document, in Markdown. Each method links
// to the section of api, the text of docs/api.md, whose heading names it.
func Render(openrpc, api []byte) ([]byte, error) {
	d, err := parse(openrpc)
	if err != nil {
		return nil, err
	}
	p := &page{document: d, sections: sections(api)}
	p.head()
	for i := range d.Methods {
		if err := p.method(&d.Methods[i]); err != nil {
			return nil, err
		}
	}
	p.types()
	p.errors()
	return p.Bytes(), nil
}

// A page is what has been rendered of a document.
type page struct {
	bytes.Buffer
	document *document
	sections map[string]string // of docs/api.md, by method
}

var numberedHeading = regexp.MustCompile(`(?m)^### (\d+\.\d+ (\S+))$`)

// sections returns where docs/api.md speaks of each method.
func sections(api []byte) map[string]string {
	found := make(map[string]string)
	for _, m := range numberedHeading.FindAllSubmatch(api, -1) {
		found[string(m[2])] = "api.md#" + anchor(string(m[1]))
	}
	return found
}

func (p *page) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func (p *page) head() {
	d := p.document
	p.printf("<!-- Generated from the method table by go test ./internal/reference -update. Do not edit. -->\n\n")
	p.printf("# %s: reference of the methods\n\n", d.Info.Title)
	p.printf("Every method, param, result and error of version %s, as `rpc.discover` describes them (OpenRPC %s),\n", d.Info.Version, d.OpenRPC)
	p.printf("and examples that a server answered. What conditions, times and cursors mean, and how messages travel, is in\n[the API](api.md).\n\n")
	p.printf("| server | address | |\n|---|---|---|\n")
	for _, s := range d.Servers {
		p.printf("| %s | %s | %s |\n", s.Name, code(s.URL), s.Description)
	}
	p.printf("\n| method | who | what |\n|---|---|---|\n")
	for i := range d.Methods {
		m := &d.Methods[i]
		p.printf("| [%s](#%s) | %s | %s |\n", code(m.Name), anchor(m.Name), m.who(), m.Summary)
	}
	p.printf("\n[Types](#types) · [Errors](#errors)\n")
}

// who says whose session may call m.
func (m *method) who() string {
	switch {
	case m.fromServer():
		return "the server"
	case len(m.Sessions) == 0:
		return "anyone"
	}
	var all []string
	for _, name := range m.Sessions {
		all = append(all, strings.TrimPrefix(name, "SESSION_"))
	}
	return strings.Join(all, ", ")
}

func (m *method) fromServer() bool {
	return len(m.Tags) > 0 && strings.HasSuffix(m.Tags[0].Name, "from the server")
}

func (p *page) method(m *method) error {
	p.printf("\n## %s\n\n%s\n\n", m.Name, m.Summary)
	if len(m.Tags) > 0 {
		p.printf("A %s. %s\n\n", m.Tags[0].Name, m.Tags[0].Description)
	}
	if !m.fromServer() {
		p.printf("- May be called by: %s\n", m.who())
	}
	if len(m.Servers) > 0 {
		p.printf("- Only over: %s\n", strings.Join(m.Servers, ", "))
	}
	if section, ok := p.sections[m.Name]; ok {
		p.printf("- In the API: [%s](%s)\n", m.Name, section)
	}
	p.params(m)
	if m.Result != nil {
		p.result(m.Result)
	}
	if len(m.Errors) > 0 {
		p.printf("\n**Errors**: %s\n", p.errorList(m))
	}
	for i := range m.Examples {
		if err := p.example(m, &m.Examples[i]); err != nil {
			return fmt.Errorf("%s, example %q: %w", m.Name, m.Examples[i].Name, err)
		}
	}
	return nil
}

func (p *page) params(m *method) {
	if len(m.Params) == 0 {
		p.printf("\nNo params.\n")
		return
	}
	p.printf("\n| param | type | required | default | meaning |\n|---|---|---|---|---|\n")
	for _, c := range m.Params {
		required, missing := "", ""
		if c.Required {
			required = "yes"
		}
		if c.Schema.Default != nil {
			missing = code(string(c.Schema.Default))
		}
		p.printf("| %s | %s | %s | %s | %s |\n", code(c.Name), typeOf(c.Schema), required, missing, c.Summary)
	}
}

func (p *page) result(r *content) {
	p.printf("\n**Result**, %s: %s\n", code(r.Name), r.Summary)
	if len(r.Schema.Properties) == 0 {
		p.printf("\n- %s\n", typeOf(r.Schema))
		return
	}
	p.printf("\n| member | type | always | meaning |\n|---|---|---|---|\n")
	p.members("", r.Schema)
}

// members prints the members of an object, and of the objects in it.
func (p *page) members(path string, object *schema) {
	for _, name := range object.members() {
		always := ""
		if slices.Contains(object.Required, name) {
			always = "yes"
		}
		s := object.Properties[name]
		at := path + name
		inner := s
		if s.Items.all != nil {
			inner = s.Items.all
		}
		p.printf("| %s | %s | %s | %s |\n", code(at), typeOf(s), always, s.Description)
		switch {
		case len(inner.Properties) == 0:
		case inner == s:
			p.members(at+".", inner)
		default:
			p.members(at+"[].", inner)
		}
	}
}

// errorList links to the errors that m may answer, beside those that any
// message may be answered.
func (p *page) errorList(m *method) string {
	var all []string
	for _, ref := range m.Errors {
		name := ref.Ref[strings.LastIndexByte(ref.Ref, '/')+1:]
		all = append(all, fmt.Sprintf("[%s](#%s) %d", name, anchor(name), p.document.Components.Errors[name].Code))
	}
	return strings.Join(all, ", ")
}

func (p *page) example(m *method, e *pairing) error {
	request := []byte(`{"jsonrpc":"2.0",`)
	if m.Result != nil {
		request = append(request, `"id":1,`...)
	}
	request = fmt.Appendf(request, `"method":%q,"params":{`, m.Name)
	for i, v := range e.Params {
		if i > 0 {
			request = append(request, ',')
		}
		request = fmt.Appendf(request, "%q:%s", v.Name, v.Value)
	}
	text, err := layout(append(request, "}}"...))
	if err != nil {
		return err
	}
	p.printf("\nExample: %s\n\n```json\n%s\n```\n", e.Name, text)
	if e.Result == nil {
		return nil
	}
	answer, err := layout(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"result":%s}`, e.Result.Value))
	if err != nil {
		return err
	}
	p.printf("\n```json\n%s\n```\n", answer)
	return nil
}

// types prints what params and results refer to by name.
func (p *page) types() {
	p.printf("\n## Types\n\nWhere a param is left out, its default counts. `null` is taken only where a type says so;\n" +
		"as conditions, `null` and `[]` are \"not given\".\n")
	for _, name := range slices.Sorted(maps.Keys(p.document.Components.Schemas)) {
		s := p.document.Components.Schemas[name]
		p.printf("\n### %s\n\n", name)
		if s.Description != "" {
			p.printf("%s\n\n", s.Description)
		}
		switch {
		case len(s.Properties) > 0:
			p.printf("| member | type | always | meaning |\n|---|---|---|---|\n")
			p.members("", s)
		case len(s.AnyOf) > 0:
			for _, one := range s.AnyOf {
				p.printf("- %s\n", typeOf(one))
			}
		default:
			p.printf("- %s\n", typeOf(s))
		}
	}
}

func (p *page) errors() {
	p.printf("\n## Errors\n\nNoMethod, NotRequest and Parse may answer any message. The names are this page's; a message has the code.\n" +
		"[The API](api.md#7-errors) shows an example.\n")
	all := p.document.Components.Errors
	byCode := func(a, b string) int { return all[b].Code - all[a].Code }
	for _, name := range slices.SortedFunc(maps.Keys(all), byCode) {
		e := all[name]
		p.printf("\n### %s\n\n`%d`: %s\n", name, e.Code, e.Message)
		if e.Data == nil {
			continue
		}
		missing := ""
		if slices.Contains(e.Data.Type, "null") {
			missing = ", where there is any"
		}
		p.printf("\n| member of `data`%s | type | always | meaning |\n|---|---|---|---|\n", missing)
		p.members("", e.Data)
	}
}
