package logstore

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestDescribeIndex(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	d, err := DescribeIndex(j.indexPath(1))
	j.must(err)
	info, err := os.Stat(j.path(dayName(1)))
	j.must(err)
	if !d.Sound() || len(d.Segments) != 3 {
		t.Fatalf("DescribeIndex = %+v, want three sound segments", d)
	}
	at := int64(0)
	for i, segment := range d.Segments {
		o := segment.Source
		if o.File != dayName(1) || o.From != at || o.Size != info.Size() || o.Last != (i == 2) || segment.Sections[0].Offset < segment.Offset {
			t.Errorf("segment %d: %+v of %+v", i, segment.Description, o)
		}
		at = o.To
	}
	if at != info.Size() {
		t.Errorf("segments end at %d of %d bytes", at, info.Size())
	}

	content, err := os.ReadFile(j.indexPath(1))
	j.must(err)
	second := d.Segments[1]
	for name, damage := range map[string]func([]byte) []byte{
		"a byte of the second segment": func(b []byte) []byte { b[second.Sections[4].Offset]++; return b },
		"its first byte":               func(b []byte) []byte { b[second.Offset]++; return b },
		"its size":                     func(b []byte) []byte { b[second.Offset+16]++; return b },
		"cut in it":                    func(b []byte) []byte { return b[:second.Offset+100] },
		"cut before it":                func(b []byte) []byte { return b[:second.Offset] },
		"all of it":                    func([]byte) []byte { return nil },
	} {
		path := filepath.Join(t.TempDir(), "x.seg")
		j.must(os.WriteFile(path, damage(bytes.Clone(content)), 0o600))
		d, err := DescribeIndex(path)
		if err != nil || d.Sound() {
			t.Errorf("%s: %+v, %v; want it described and not sound", name, d, err)
			continue
		}
		for i, segment := range d.Segments {
			for _, f := range segment.Faults {
				if i != 1 || f.Offset < second.Offset {
					t.Errorf("%s: segment %d has fault %+v", name, i, f)
				}
			}
		}
	}
}
