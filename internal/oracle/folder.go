package oracle

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// A partFile is one part of a day with its content.
type partFile struct {
	partName
	name    string // of the file the content is from
	content []byte
	problem string // why the content cannot be had, "" if it can
}

// readFolder returns the parts of a journal by position. "Symbolic links,
// FIFOs, devices and folders of such a name are reported and not opened; …
// subfolders are not read": what is no regular file is passed over.
func readFolder(dir string, pattern namePattern) ([]partFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	groups := make(map[string][]partFile) // files of one part, by its base name
	for _, e := range entries {
		n, ok := pattern.parse(e.Name())
		if !ok || !e.Type().IsRegular() {
			continue
		}
		groups[n.base] = append(groups[n.base], readFile(dir, e.Name(), n))
	}
	var parts []partFile
	for _, g := range groups {
		parts = append(parts, resolve(g)...)
	}
	// A stable sort: resolve puts a recreated file after the compressed one.
	slices.SortStableFunc(parts, func(a, b partFile) int { return compareParts(a.partName, b.partName) })
	return parts, nil
}

// readFile reads one file, unpacked.
func readFile(dir, name string, n partName) partFile {
	f := partFile{partName: n, name: name}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil {
		f.content, err = unpack(raw, n.packed)
	}
	if err != nil {
		f.problem = err.Error()
	}
	return f
}

// unpack undoes the compression that a name ends in. An error means that the
// file is incomplete or damaged.
func unpack(raw []byte, packed string) ([]byte, error) {
	if packed == "" {
		return raw, nil
	}
	if len(raw) == 0 {
		return nil, errors.New("compressed file is empty")
	}
	if packed == ".gz" {
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	r, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// resolve decides which files of one part are read: "plain beats .gz beats
// .zst: the plain file stands for the compressed one while it starts with the
// same bytes as the compressed content, or while the compressed file is
// incomplete; a plain file that starts differently is a further part, after
// the compressed one".
//
// A plain file that is a proper prefix of the compressed content starts no
// differently and lacks rows: the compressed file, which has them all, is read.
func resolve(files []partFile) []partFile {
	find := func(packed string) *partFile {
		i := slices.IndexFunc(files, func(f partFile) bool { return f.packed == packed })
		if i < 0 {
			return nil
		}
		return &files[i]
	}
	plain, packed := find(""), firstComplete(find(".gz"), find(".zst"))
	switch {
	case packed == nil:
		return []partFile{*plain}
	case plain == nil:
		return []partFile{*packed}
	case plain.problem != "" || packed.problem != "":
		return []partFile{*plain}
	case bytes.HasPrefix(plain.content, packed.content):
		return []partFile{*plain}
	case bytes.HasPrefix(packed.content, plain.content):
		return []partFile{*packed}
	}
	return []partFile{*packed, *plain}
}

// firstComplete returns the first of two compressed files that is complete,
// the first there is if none is, nil if there is none.
func firstComplete(gz, zst *partFile) *partFile {
	switch {
	case gz == nil:
		return zst
	case zst == nil || gz.problem == "" || zst.problem != "":
		return gz
	}
	return zst
}
