package logstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"daybook/filter"
	"daybook/logstore/segment"
)

// An IndexState says whether a day file has an index that can be used.
type IndexState string

// What an index may be like.
const (
	IndexReady      IndexState = "ready"
	IndexMissing    IndexState = "missing"
	IndexStale      IndexState = "stale"      // of another state of the day file, or built on other terms
	IndexDamaged    IndexState = "damaged"    // it can't be what was written
	IndexUnreadable IndexState = "unreadable" // it is somebody else's
	IndexLive       IndexState = "live"       // the day file has none: its day is not over
	IndexSmall      IndexState = "small"      // the day file has none: it is not worth it
	IndexGone       IndexState = "gone"       // there is an index, but no day file
)

// An IndexFile is a day file with its index, or an index alone.
type IndexFile struct {
	File     string     `json:"file"` // the day file
	Size     int64      `json:"size"` // of the day file, in bytes
	State    IndexState `json:"state"`
	Reason   string     `json:"reason,omitempty"` // why it is stale, damaged or unreadable
	Index    int64      `json:"index"`            // size of the index in bytes
	Records  int64      `json:"records"`          // in the index
	Segments int        `json:"segments"`         // that it has

	src *source // nil: there is no day file
}

// errNoIndex means that a store was told to use no index, or can't.
var errNoIndex = errors.New("the journal was opened without an index, or this machine can't use one")

// LoadIndex opens the indexes that there are of the day files that a query with
// these bounds reads. It is for a store with IndexManual. Indexes that can't be
// used are left as they are.
func (s *Store) LoadIndex(ctx context.Context, b filter.Bounds) error {
	if s.index == nil {
		return errNoIndex
	}
	l, err := s.list()
	if err != nil {
		return err
	}
	parts := selectDays(b, s.today(), s.opts.Schema.Unit()).parts(l)
	for i := range parts {
		sources, err := s.resolve(ctx, &parts[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue // the query reports it
		}
		for _, src := range sources {
			if src.closed && s.memory.settled(src.stamp) && s.index.open(src.name, src.stamp) == nil {
				s.adopt(src)
			}
		}
	}
	return nil
}

// IndexStatus tells of each day file whether it has an index, the newest first,
// and then of indexes without a day file. It reads the heads of index files, and
// writes nothing.
func (s *Store) IndexStatus(ctx context.Context) ([]IndexFile, error) {
	if s.index == nil {
		return nil, errNoIndex
	}
	l, err := s.list()
	if err != nil {
		return nil, err
	}
	indexed, err := indexNames(s.index.dir)
	if err != nil {
		return nil, err
	}
	var all []IndexFile
	for i := len(l.parts) - 1; i >= 0; i-- {
		for _, e := range indexable(&l.parts[i], indexed) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			src, err := s.source(&l.parts[i], e)
			if err != nil {
				continue // removed meanwhile
			}
			all = append(all, s.indexStatus(src))
			delete(indexed, src.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(indexed)) {
		all = append(all, IndexFile{File: name, State: IndexGone, Index: indexed[name]})
	}
	return all, nil
}

// indexNames returns the day files of the indexes in a folder, with the sizes of
// the indexes.
func indexNames(dir string) (map[string]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("index: %w", err)
	}
	names := make(map[string]int64)
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), indexSuffix); ok {
			if info, err := e.Info(); err == nil {
				names[name] = info.Size()
			}
		}
	}
	return names, nil
}

// indexable returns which of a part's files count for its index: those that have
// one, or else the preferred file.
func indexable(p *listedPart, indexed map[string]int64) (files []encoding) {
	first := encodings
	for e := range encodings {
		if !p.has[e] {
			continue
		}
		first = min(first, e)
		if _, ok := indexed[p.file(e)]; ok {
			files = append(files, e)
		}
	}
	if files == nil {
		files = append(files, first)
	}
	return files
}

// indexStatus tells what the index of a day file is like.
func (s *Store) indexStatus(src *source) IndexFile {
	f := IndexFile{File: src.name, Size: src.stamp.Size, State: IndexReady, src: src}
	source, err := f.readHeads(s.index.path(src.name), s.memory.terms)
	if err == nil && source != src.stamp {
		err = errStale
	}
	switch {
	case err == nil:
		return f
	case errors.Is(err, fs.ErrNotExist):
		f.State = s.stateWithoutIndex(src)
		return f
	case errors.Is(err, errStale), errors.Is(err, segment.ErrVersion):
		f.State = IndexStale
	case errors.Is(err, fs.ErrPermission):
		f.State, err = IndexUnreadable, fs.ErrPermission
	default:
		f.State = IndexDamaged
	}
	f.Reason = err.Error()
	return f
}

func (s *Store) stateWithoutIndex(src *source) IndexState {
	switch {
	case !src.closed:
		return IndexLive
	case src.stamp.Size < s.opts.IndexFrom:
		return IndexSmall
	}
	return IndexMissing
}

// readHeads reads the heads of an index file's segments, and returns the stamp
// of the day file that they are of.
func (f *IndexFile) readHeads(path string, t terms) (stamp, error) {
	file, now, err := openFile(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return stamp{}, err
	}
	defer file.Close()
	f.Index = now.Size
	all := chain{name: f.File, terms: t}
	for at := int64(0); at < now.Size; {
		rest := now.Size - at
		d, err := segment.ReadHead(io.NewSectionReader(file, at, rest), rest)
		if err == nil {
			err = d.Err()
		}
		if err == nil {
			err = all.add(d.Origin)
		}
		if err != nil {
			return stamp{}, fmt.Errorf("segment %d, at byte %d: %w", f.Segments, at, err)
		}
		f.Segments++
		f.Records += d.Records
		at += d.Size
	}
	return all.last.Stamp, all.end()
}

// DropIndex removes the indexes of the named day files from a data folder, or
// without names all that there are, those set aside included. It ends with the
// first that can't be removed. It returns which day files had one, with the bytes
// that were removed, beside an error as well.
func DropIndex(dataDir string, files ...string) (removed []IndexFile, err error) {
	dir := filepath.Join(dataDir, indexFolder)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("index: %w", err)
	}
	dropped := make(map[string]int64)
	var failed error
	for _, e := range entries {
		name, ok := strings.CutSuffix(strings.TrimSuffix(e.Name(), asideSuffix), indexSuffix)
		if !ok || len(files) > 0 && !slices.Contains(files, name) {
			continue
		}
		size, err := removeFile(filepath.Join(dir, e.Name()))
		if err != nil {
			failed = err
			break
		}
		dropped[name] += size
	}
	for _, name := range slices.Sorted(maps.Keys(dropped)) {
		removed = append(removed, IndexFile{File: name, Index: dropped[name]})
	}
	for _, name := range files {
		if _, ok := dropped[name]; !ok && failed == nil {
			failed = fmt.Errorf("there is no index of %s", name)
		}
	}
	return removed, failed
}

// removeFile removes a file, if it is still there, and returns its size.
func removeFile(path string) (size int64, err error) {
	info, err := os.Lstat(path)
	if err == nil {
		err = os.Remove(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return info.Size(), nil
}
