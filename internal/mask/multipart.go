package mask

import (
	"fmt"
	"mime"
	"net/textproto"
	"strings"
)

// Multipart returns a body of the type multipart, with that boundary, in which
// the values of secrets are masked and files are left out. It may have been cut
// off anywhere. Where it has no parts that can be read, all of it is masked.
func (m *Masker) Multipart(text, boundary string) string {
	var shown strings.Builder
	parts := splitParts(text, boundary)
	fields := partFields(parts)
	for _, part := range parts {
		fmt.Fprintf(&shown, "--%s\r\n", m.Text(boundary))
		header, content, name, file := part.read()
		secret := !file && fields.Said(name) != "" || Name(name)
		switch {
		case name == "" || header == nil:
			shown.WriteString(Masked)
		case secret:
			fmt.Fprintf(&shown, "%s\r\n\r\n%s", m.headerText(header), Masked)
		case file:
			fmt.Fprintf(&shown, "%s\r\n\r\n… [%d bytes cut]", m.headerText(header), len(content))
		default:
			fmt.Fprintf(&shown, "%s\r\n\r\n%s", m.headerText(header), m.Broken(content))
		}
		shown.WriteString("\r\n")
	}
	if len(parts) == 0 {
		return Masked
	}
	return shown.String()
}

// LearnMultipart learns the values whose names speak of secrets.
func (m *Masker) LearnMultipart(text, boundary string) {
	parts := splitParts(text, boundary)
	fields := partFields(parts)
	for _, part := range parts {
		_, content, name, file := part.read()
		if file {
			continue
		}
		said := fields.Said(name)
		if Name(name) {
			m.LearnNamed(name, content)
			continue
		}
		if said != "" {
			m.learnBeside(said, content)
		}
		m.LearnBroken(content)
	}
}

// partFields returns the parts that are fields.
func partFields(parts []part) *Fields {
	fields := new(Fields)
	for _, part := range parts {
		if _, content, name, file := part.read(); !file {
			fields.Note(name, content)
		}
	}
	return fields
}

// headerText returns what is shown of the header of a part.
func (m *Masker) headerText(header textproto.MIMEHeader) string {
	return "Content-Disposition: " + m.Text(header.Get("Content-Disposition"))
}

// A part is the text of one part of a body: its header and its content.
type part string

// splitParts returns the parts of a body.
func splitParts(text, boundary string) (parts []part) {
	if boundary == "" {
		return nil
	}
	delimiter := "\n--" + boundary
	pieces := strings.Split("\n"+text, delimiter)
	for _, piece := range pieces[1:] {
		if strings.HasPrefix(piece, "--") {
			break // the end
		}
		_, piece, _ = strings.Cut(piece, "\n")
		parts = append(parts, part(strings.TrimSuffix(piece, "\r")))
	}
	return parts
}

// read takes a part apart. A header that can't be read is nil.
func (p part) read() (header textproto.MIMEHeader, content, name string, file bool) {
	head, content, ok := strings.Cut(string(p), "\r\n\r\n")
	if plain, rest, found := strings.Cut(string(p), "\n\n"); found && (!ok || len(plain) < len(head)) {
		head, content, ok = plain, rest, true
	}
	if !ok {
		return nil, "", "", false
	}
	header = make(textproto.MIMEHeader)
	for line := range strings.SplitSeq(head, "\n") {
		key, value, found := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		if !found {
			return nil, "", "", false
		}
		header.Add(key, strings.TrimSpace(value))
	}
	if len(header["Content-Disposition"]) != 1 {
		return nil, "", "", false
	}
	_, params, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil {
		return nil, "", "", false
	}
	_, file = params["filename"]
	return header, content, params["name"], file
}
