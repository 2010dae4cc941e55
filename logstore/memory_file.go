package logstore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"
	"strings"
)

// The facts file is JSON Lines: a header line, then one line for each
// remembered file. The header holds the format's version, the terms of the
// facts, and the CRC-32C of everything behind it. A file that is damaged in any
// way, or whose facts were found on other terms, is not used: what it said is
// found out again.
type factsHeader struct {
	Format int    `json:"format"`
	Terms  terms  `json:"terms"`
	Sum    uint32 `json:"crc32c"`
}

const factsVersion = 1

// load reads a facts file. Where there is none, or none that can be used,
// nothing is known; the error says why.
func (m *memory) load(d disk, name string) error {
	text, err := readFile(d, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	files, err := decodeFacts(text, m.terms)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range files {
		m.reported[r.Name] = reported{r.Stamp, r.Facts.Malformed, r.Facts.Bad}
		if !r.Facts.unplaced() { // which is found out again
			m.files[r.Name] = r
		}
	}
	return nil
}

// decodeFacts reads the content of a facts file, for use on these terms.
func decodeFacts(text []byte, t terms) ([]remembered, error) {
	first, body, ok := bytes.Cut(text, []byte("\n"))
	var h factsHeader
	if !ok || json.Unmarshal(first, &h) != nil {
		return nil, errors.New("has no header")
	}
	if h.Format != factsVersion {
		return nil, fmt.Errorf("has format %d, not %d", h.Format, factsVersion)
	}
	// JSON can say the same in many ways, we in one.
	if same, err := json.Marshal(h); err != nil || !bytes.Equal(same, first) || h.Sum != crc32.Checksum(body, castagnoli) {
		return nil, errors.New("is damaged: the checksum is wrong")
	}
	if !h.Terms.equal(&t) {
		return nil, errors.New("is of other fields or another format, or of another longest line")
	}
	var files []remembered
	lines := bufio.NewScanner(bytes.NewReader(body))
	for lines.Scan() {
		var r remembered
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(files)+2, err)
		}
		files = append(files, r)
	}
	return files, lines.Err()
}

// encodeFacts returns the content of a facts file.
func encodeFacts(files []remembered, t terms) ([]byte, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	for i := range files {
		if err := enc.Encode(&files[i]); err != nil {
			return nil, err
		}
	}
	header, err := json.Marshal(factsHeader{factsVersion, t, crc32.Checksum(body.Bytes(), castagnoli)})
	if err != nil {
		return nil, err
	}
	return slices.Concat(header, []byte("\n"), body.Bytes()), nil
}

// save writes down what later processes may rely on, if there is anything new.
func (m *memory) save(write func(text []byte) error) error {
	m.mu.Lock()
	if !m.dirty {
		m.mu.Unlock()
		return nil
	}
	m.dirty = false
	var files []remembered
	for _, r := range m.files {
		if r.lasting() {
			files = append(files, r)
		}
	}
	m.mu.Unlock()
	slices.SortFunc(files, func(a, b remembered) int { return strings.Compare(a.Name, b.Name) })
	text, err := encodeFacts(files, m.terms)
	if err == nil {
		err = write(text)
	}
	if err != nil {
		m.mu.Lock()
		m.dirty = true
		m.mu.Unlock()
	}
	return err
}
