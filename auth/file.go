package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// The token file is text: JSON objects, each on a line ended by "\n".
//
//	{"format":"daybook tokens","version":1}
//	{"id":1,"name":"console","session":"SESSION_ADMIN","sha256":"5f78…","created":"2026-11-21T10:00:00Z"}
//	{"id":2,"name":"audit","session":"SESSION_DEALER","sha256":"09ab…","created":"…","expires":"…","revoked":"…"}
//	{"tokens":2,"crc32c":"c36edda6"}
//
// The first line says what it is. Then comes a line for each token ever made,
// in ascending order of id; a revoked token stays, so that its number is never
// given again and its holder learns what happened. sha256 is the hash of the
// token's text, in hexadecimal; the text itself is nowhere. expires and
// revoked are left out where there is none. The last line counts the tokens
// and holds the CRC-32C of all bytes before it, so that a file cut short,
// damaged or edited is refused as a whole.
//
// A change writes the whole file anew under a temporary name, syncs it,
// renames it over the old one and syncs the folder: a crash leaves the one or
// the other, and perhaps a temporary file, which the next change overwrites.
// Every change makes the file longer.
const (
	fileFormat  = "daybook tokens"
	fileVersion = 1

	maxTokens    = 100_000
	maxFileBytes = 64 << 20
	maxID        = 1<<53 - 1 // what every JSON reader can hold
)

// A FileError reports a token file that can't be understood. Nobody is let in
// by it: it is to be restored, or moved away and the tokens made anew.
type FileError struct {
	File string // path of the token file
	Line int    // from 1; 0 when the fault is not in one line
	Err  error
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("token file %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("token file %s, line %d: %v", e.File, e.Line, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }

type fileHeader struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type fileFooter struct {
	Tokens int    `json:"tokens"`
	CRC    string `json:"crc32c"` // eight hexadecimal digits
}

// A record is a token as it stands in the file.
type record struct {
	Token
	Hash digest `json:"sha256"`
}

// encodeFile returns the content of a token file with records.
func encodeFile(records []record) ([]byte, error) {
	if err := checkRecords(records); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	if err := enc.Encode(fileHeader{fileFormat, fileVersion}); err != nil {
		return nil, err
	}
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			return nil, fmt.Errorf("token %d: %w", r.ID, err)
		}
	}
	footer := fileFooter{Tokens: len(records), CRC: checksum(out.Bytes())}
	if err := enc.Encode(footer); err != nil {
		return nil, err
	}
	if out.Len() > maxFileBytes {
		return nil, fmt.Errorf("%d tokens take more than %d bytes", len(records), maxFileBytes)
	}
	return out.Bytes(), nil
}

// decodeFile reads the content of the token file at path, which names it in
// errors. Every error is a *FileError.
func decodeFile(path string, data []byte) ([]record, error) {
	fail := func(line int, err error) ([]record, error) {
		return nil, &FileError{File: path, Line: line, Err: err}
	}
	lines, ok := bytes.CutSuffix(data, []byte("\n"))
	if !ok {
		return fail(0, errors.New("cut short: its last line does not end"))
	}
	if n := bytes.Count(lines, []byte("\n")); n > maxTokens+1 {
		return fail(0, fmt.Errorf("%d lines, more than %d tokens take", n+1, maxTokens))
	}
	all := bytes.Split(lines, []byte("\n"))
	if err := checkHeader(all[0]); err != nil {
		return fail(1, err)
	}
	last := len(all) - 1
	body := data[:len(lines)-len(all[last])]
	if err := checkFooter(all[last], body, last-1); err != nil {
		return fail(last+1, err)
	}
	records := make([]record, last-1)
	for i := range records {
		if err := decodeLine(all[i+1], &records[i]); err != nil {
			return fail(i+2, err)
		}
		records[i].toUTC()
	}
	if err := checkRecords(records); err != nil {
		return fail(0, err)
	}
	return records, nil
}

// checkHeader reports whether line is the first line of a token file of the
// version that this program reads.
func checkHeader(line []byte) error {
	var h fileHeader
	if err := json.Unmarshal(line, &h); err != nil || h.Format != fileFormat {
		return fmt.Errorf("not a token file: it should begin with %q", fileFormat)
	}
	if h.Version != fileVersion {
		return fmt.Errorf("version %d, this program reads version %d", h.Version, fileVersion)
	}
	return nil
}

// checkFooter reports whether line ends a file of body and so many tokens.
func checkFooter(line, body []byte, tokens int) error {
	var f fileFooter
	if err := decodeLine(line, &f); err != nil {
		return fmt.Errorf("cut short or damaged: not a last line: %w", err)
	}
	if want := checksum(body); !strings.EqualFold(f.CRC, want) {
		return fmt.Errorf("damaged: checksum %q does not fit the content's, %s", f.CRC, want)
	}
	if f.Tokens != tokens {
		return fmt.Errorf("damaged: %d tokens, its last line says %d", tokens, f.Tokens)
	}
	return nil
}

// decodeLine decodes exactly one JSON object without unknown members.
func decodeLine(line []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one value in the line")
	}
	return nil
}

// checkRecords reports the first record that no token file may hold.
func checkRecords(records []record) error {
	if len(records) > maxTokens {
		return fmt.Errorf("more than %d tokens", maxTokens)
	}
	seen := make(map[digest]bool, len(records))
	id := int64(0)
	for _, r := range records {
		switch err := checkName(r.Name); {
		case r.ID <= id || r.ID > maxID:
			return fmt.Errorf("token %d: its number should be above %d and at most %d", r.ID, id, int64(maxID))
		case err != nil:
			return fmt.Errorf("token %d: %w", r.ID, err)
		case r.Hash == digest{} || seen[r.Hash]:
			return fmt.Errorf("token %d: no hash of its own", r.ID)
		case r.Created.IsZero():
			return fmt.Errorf("token %d: no time of creation", r.ID)
		}
		id, seen[r.Hash] = r.ID, true
	}
	return nil
}

// toUTC gives r's times the location that they are kept in.
func (r *record) toUTC() {
	for _, t := range []*time.Time{&r.Created, &r.Expires, &r.Revoked} {
		*t = t.UTC()
	}
}

// checksum returns the CRC-32C of data as eight hexadecimal digits.
func checksum(data []byte) string {
	return fmt.Sprintf("%08x", crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}
