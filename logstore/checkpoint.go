package logstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"time"

	"go.uber.org/zap"
)

// The checkpoint is where reading stands, written down in the data folder, so
// that what happens to files while nobody follows them is noticed at the next
// start. It is one line of JSON: format, CRC-32C of the parts as they stand
// there, and the parts. One that is damaged is ignored: what it speaks of is then
// read anew, and what happened to it is not noticed.
type checkpointFile struct {
	Format int             `json:"format"`
	Sum    uint32          `json:"crc32c"`
	Parts  json.RawMessage `json:"parts"`
}

type checkpointPart struct {
	Day    Day    `json:"day"` // counted from 1970-01-01
	Name   string `json:"name"`
	Stamp  stamp  `json:"stamp"`
	Length int64  `json:"length"`
	First  []byte `json:"first"` // of the content
	Print  uint32 `json:"print"`
	Facts  facts  `json:"facts"`
	Summed int64  `json:"summed"`
	Sum    uint32 `json:"sum"`
	CopyOf string `json:"copy_of,omitempty"`
	Late   bool   `json:"late,omitempty"`
	Torn   int64  `json:"torn"`
}

const (
	checkpointName    = "checkpoint.json"
	checkpointVersion = 1

	// checkpointDelay is how often the checkpoint is written at most while nothing
	// but new lines come.
	checkpointDelay = 30 * time.Second
)

// encodeCheckpoint returns the content of a checkpoint file.
func encodeCheckpoint(parts []checkpointPart) ([]byte, error) {
	body, err := json.Marshal(parts)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(checkpointFile{checkpointVersion, crc32.Checksum(body, castagnoli), body})
	return append(text, '\n'), err
}

// decodeCheckpoint reads the content of a checkpoint file.
func decodeCheckpoint(text []byte) (parts []checkpointPart, err error) {
	var c checkpointFile
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	if c.Format != checkpointVersion {
		return nil, fmt.Errorf("has format %d, not %d", c.Format, checkpointVersion)
	}
	if c.Sum != crc32.Checksum(c.Parts, castagnoli) {
		return nil, errors.New("is damaged: the checksum is wrong")
	}
	if err := json.Unmarshal(c.Parts, &parts); err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	for _, p := range parts {
		if p.Length < 0 || p.Length > mostBytes || int64(len(p.First)) != min(p.Length, printedFirst) ||
			p.Facts.Covered > p.Length || p.Summed > p.Length || p.Torn > p.Length {
			return nil, fmt.Errorf("is damaged: %s", p.Name)
		}
	}
	return parts, nil
}

// readCheckpoint makes the parts of the checkpoint those that are followed.
func (f *follower) readCheckpoint() {
	name := filepath.Join(f.store.opts.DataDir, checkpointName)
	text, err := readFile(f.store.opts.disk, name)
	var parts []checkpointPart
	if err == nil {
		parts, err = decodeCheckpoint(text)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.log.Warn("what happened to day files meanwhile is not noticed", zap.String("file", name), zap.Error(err))
	}
	byName := make(map[string]*followed)
	for _, c := range parts {
		part, enc, ok := f.store.lister.pattern.parse(c.Name)
		if !ok || part.day != c.Day {
			continue // of another pattern
		}
		p := newFollowed(part, c.Stamp)
		p.enc, p.torn, p.late, p.scanned = enc, c.Torn, c.Late, c.Length
		p.print = printer{length: c.Length, first: bytes.Clone(c.First), known: true, sum: c.Print}
		p.digest = digest{bad: -1, facts: c.Facts, summed: c.Summed, sum: c.Sum}
		byName[c.Name] = p
		if p.copyOf = byName[c.CopyOf]; c.CopyOf != "" && p.copyOf == nil {
			continue
		}
		d := f.days[part.day]
		if d == nil {
			d = &following{day: part.day, over: f.store.over(part.day), resumed: true}
			f.days[part.day] = d
		}
		d.parts = append(d.parts, p)
	}
}

// writeCheckpoint writes down where reading stands, if that changed. Without now,
// it does so rarely.
func (f *follower) writeCheckpoint(now bool) {
	if !f.store.owns() || !now && time.Since(f.checkpointed) < checkpointDelay {
		return
	}
	f.checkpointed = time.Now()
	parts := []checkpointPart{} // originals before their copies
	for _, copies := range []bool{false, true} {
		for _, d := range f.days {
			for _, p := range d.parts {
				if (p.copyOf != nil) != copies {
					continue
				}
				c := checkpointPart{Day: d.day, Name: p.name(), Stamp: p.stamp, Length: p.length(), First: p.print.first, Print: p.print.print(),
					Facts: p.digest.facts, Summed: p.digest.summed, Sum: p.digest.sum, Late: p.late, Torn: p.torn}
				if copies {
					c.CopyOf = p.copyOf.name()
				}
				parts = append(parts, c)
			}
		}
	}
	text, err := encodeCheckpoint(parts)
	if err == nil && !bytes.Equal(text, f.checkpoint) {
		if err = replaceFile(f.store.opts.disk, filepath.Join(f.store.opts.DataDir, checkpointName), text); err == nil {
			f.checkpoint = text
		}
	}
	if err != nil && !f.unwritten {
		f.log.Warn("where reading stands can't be written down; tried again", zap.Error(err))
	}
	f.unwritten = err != nil
}
