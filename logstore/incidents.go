package logstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	// mostIncidents is how many are kept: the newest.
	mostIncidents = 1000

	// mostDeleted is how many of them are deletions, which are many where the owner
	// removes old files: other kinds are not to be lost among them.
	mostDeleted = 100
)

// A witness is what was read of a file before something happened to it.
type witness struct {
	Bytes int64  `json:"bytes"`
	Lines int64  `json:"lines"`  // 0: they were not counted yet
	Sum   uint32 `json:"crc32c"` // of so many bytes; 0: they were not summed yet
}

// witnessOf returns what is known of the content of a part.
func witnessOf(p *followed) witness {
	w := witness{Bytes: p.length()}
	if p.digest.complete(p.length()) {
		w.Lines, w.Sum = p.digest.facts.Lines, p.digest.sum
	}
	return w
}

// incidents are those of a journal, the newest of them. They are kept in the
// data folder, in JSON Lines: a header with the format's version and the CRC-32C
// of everything behind it, then one line each, the oldest first.
type incidents struct {
	disk disk
	file string
	log  *zap.Logger

	mu     sync.Mutex
	all    []keptIncident // the oldest first
	counts map[IncidentKind]int64
	dirty  bool
	saved  time.Time
	failed bool // writing did, and that was said
}

type keptIncident struct {
	Time   time.Time    `json:"time"`
	Kind   IncidentKind `json:"kind"`
	File   string       `json:"file"`
	Offset int64        `json:"offset"`
	Read   witness      `json:"read"`
}

type incidentsHeader struct {
	Format int    `json:"format"`
	Sum    uint32 `json:"crc32c"`
}

const (
	incidentsName    = "incidents.jsonl"
	incidentsVersion = 1

	// incidentsDelay is how long after they were written down they are again at
	// the earliest.
	incidentsDelay = time.Second
)

// newIncidents reads the incidents that are kept in a data folder. What can't be
// read is said, and lost.
func newIncidents(d disk, dir string, log *zap.Logger) *incidents {
	in := &incidents{disk: d, file: filepath.Join(dir, incidentsName), log: log, counts: make(map[IncidentKind]int64)}
	text, err := readFile(d, in.file)
	if err == nil {
		in.all, err = decodeIncidents(text)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("former incidents are lost", zap.String("file", in.file), zap.Error(err))
	}
	return in
}

func decodeIncidents(text []byte) ([]keptIncident, error) {
	first, body, _ := bytes.Cut(text, []byte("\n"))
	var h incidentsHeader
	if json.Unmarshal(first, &h) != nil {
		return nil, errors.New("has no header")
	}
	if h.Format != incidentsVersion {
		return nil, fmt.Errorf("has format %d, not %d", h.Format, incidentsVersion)
	}
	if h.Sum != crc32.Checksum(body, castagnoli) {
		return nil, errors.New("is damaged: the checksum is wrong")
	}
	var all []keptIncident
	for line := range bytes.Lines(body) {
		var i keptIncident
		if err := json.Unmarshal(line, &i); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(all)+2, err)
		}
		all = append(all, i)
	}
	return all, nil
}

func encodeIncidents(all []keptIncident) ([]byte, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	for i := range all {
		if err := enc.Encode(&all[i]); err != nil {
			return nil, err
		}
	}
	header, err := json.Marshal(incidentsHeader{incidentsVersion, crc32.Checksum(body.Bytes(), castagnoli)})
	if err != nil {
		return nil, err
	}
	return slices.Concat(header, []byte("\n"), body.Bytes()), nil
}

// add keeps and counts an incident.
func (in *incidents) add(i keptIncident) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.all = append(in.all, i)
	in.counts[i.Kind]++
	in.dirty = true
	if i.Kind == Deleted && in.deletionsLocked() > mostDeleted {
		oldest := slices.IndexFunc(in.all, func(k keptIncident) bool { return k.Kind == Deleted })
		in.all = slices.Delete(in.all, oldest, oldest+1)
	}
	if over := len(in.all) - mostIncidents; over > 0 {
		in.all = slices.Delete(in.all, 0, over)
	}
}

// deletionsLocked returns how many deletions are kept.
func (in *incidents) deletionsLocked() (n int) {
	for _, i := range in.all {
		if i.Kind == Deleted {
			n++
		}
	}
	return n
}

// newest returns the incidents, the newest first.
func (in *incidents) newest() []Incident {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := make([]Incident, 0, len(in.all))
	for _, i := range slices.Backward(in.all) {
		all = append(all, Incident{Time: i.Time, Kind: i.Kind, File: i.File, Offset: i.Offset})
	}
	return all
}

// count returns how many incidents there were since the store was opened.
func (in *incidents) count() map[IncidentKind]int64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return maps.Clone(in.counts)
}

// save writes the incidents down, if there are new ones, and with now unless
// that was done a moment ago.
func (in *incidents) save(now bool) {
	in.mu.Lock()
	if !in.dirty || !now && time.Since(in.saved) < incidentsDelay {
		in.mu.Unlock()
		return
	}
	in.dirty, in.saved = false, time.Now()
	all := slices.Clone(in.all)
	in.mu.Unlock()
	text, err := encodeIncidents(all)
	if err == nil {
		err = replaceFile(in.disk, in.file, text)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if err != nil {
		in.dirty = true
		if !in.failed {
			in.log.Warn("incidents can't be written down; tried again", zap.Error(err))
		}
	}
	in.failed = err != nil
}

// incident logs, counts and keeps what happened to a file. The name of a file
// is "" where it is of the whole folder.
func (s *Store) incident(kind IncidentKind, file string, offset int64, read witness, more ...zap.Field) {
	i := keptIncident{s.opts.Now().UTC(), kind, file, offset, read}
	s.incidents.add(i)
	s.log.Warn(kind.message(), append([]zap.Field{zap.String("incident", string(kind)), zap.String("file", file), zap.Int64("offset", offset),
		zap.Int64("bytes_read", read.Bytes), zap.Int64("lines_read", read.Lines), zap.Uint32("crc32c", read.Sum)}, more...)...)
}

// gone notes that a file is gone, of which so many bytes were read and which had
// that size: an incident, unless who writes the journal has removed it.
func (s *Store) gone(file string, offset, size int64, read witness) {
	if s.opts.Pruned(file, size) {
		s.log.Info("day file was removed by its writer", zap.String("file", file), zap.Int64("bytes", size))
		return
	}
	s.incident(Deleted, file, offset, read)
}

// message says what an incident of that kind is.
func (k IncidentKind) message() string {
	switch k {
	case Truncated:
		return "day file was cut short"
	case Rewritten:
		return "day file was overwritten: what was read of it is not in it any more"
	case Deleted:
		return "day file is gone"
	case Recreated:
		return "plain file differs from the compressed one: both are read"
	case LateAppend:
		return "day file grows though its day is over"
	}
	return "journal folder was replaced, or can't be read"
}

// saveIncidents writes down incidents, where that is this store's to do.
func (s *Store) saveIncidents(now bool) {
	if s.owns() {
		s.incidents.save(now)
	}
}
