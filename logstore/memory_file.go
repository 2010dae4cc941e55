package logstore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// The facts file is JSON Lines: a header line, then one line for each
// remembered file. The header holds the format's version, and the CRC-32C of
// everything behind it. A file that is damaged in any way is not used: what it
// said is found out again.
type factsHeader struct {
	Format int    `json:"format"`
	Sum    uint32 `json:"crc32c"`
}

const factsVersion = 1

// loadMemory reads a facts file. Where there is none, or none that can be
// used, the memory is empty; the error says why.
func loadMemory(name string) (*memory, error) {
	m := newMemory()
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	files, err := decodeFacts(text)
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	for _, r := range files {
		m.files[r.Name] = r
	}
	return m, nil
}

// decodeFacts reads the content of a facts file.
func decodeFacts(text []byte) ([]remembered, error) {
	first, body, ok := bytes.Cut(text, []byte("\n"))
	var h factsHeader
	if !ok || json.Unmarshal(first, &h) != nil {
		return nil, errors.New("has no header")
	}
	switch {
	case h.Format != factsVersion:
		return nil, fmt.Errorf("has format %d, not %d", h.Format, factsVersion)
	case h.Sum != crc32.Checksum(body, castagnoli):
		return nil, errors.New("is damaged: the checksum is wrong")
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
func encodeFacts(files []remembered) ([]byte, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	for i := range files {
		if err := enc.Encode(&files[i]); err != nil {
			return nil, err
		}
	}
	header, err := json.Marshal(factsHeader{factsVersion, crc32.Checksum(body.Bytes(), castagnoli)})
	if err != nil {
		return nil, err
	}
	return slices.Concat(header, []byte("\n"), body.Bytes()), nil
}

// save writes down what later processes may rely on, if there is anything new.
func (m *memory) save(name string) error {
	m.mu.Lock()
	if !m.dirty {
		m.mu.Unlock()
		return nil
	}
	m.dirty = false
	var files []remembered
	for _, r := range m.files {
		if r.Whole && r.Settled {
			files = append(files, r)
		}
	}
	m.mu.Unlock()
	slices.SortFunc(files, func(a, b remembered) int { return strings.Compare(a.Name, b.Name) })
	text, err := encodeFacts(files)
	if err == nil {
		err = renameio.WriteFile(name, text, 0o600)
	}
	if err != nil {
		m.mu.Lock()
		m.dirty = true
		m.mu.Unlock()
	}
	return err
}
