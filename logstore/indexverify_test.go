package logstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIndexVerify(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	for _, quick := range []bool{false, true} {
		var last IndexProgress
		faults, err := s.VerifyIndex(t.Context(), quick, func(p IndexProgress) { last = p })
		if err != nil || len(faults) > 0 || last.Files != 3 || last.Of != 3 || last.Bytes != last.From {
			t.Errorf("VerifyIndex, quick %t = %v, %v after %+v", quick, faults, err, last)
		}
	}

	// One index has a wrong byte, one day file was touched, and one index is
	// sound, but not what its day file makes.
	flip(t, j.indexPath(1), 5000)
	j.must(os.Chtimes(j.path(dayName(2)), time.Now(), time.Now().Add(-time.Hour)))
	forge(t, j.indexPath(4))
	want := map[bool][]IndexFault{
		true:  {{dayName(1), IndexDamaged, "segment is damaged"}, {dayName(2), IndexStale, "another state"}},
		false: {{dayName(1), IndexDamaged, "segment is damaged"}, {dayName(2), IndexStale, "another state"}, {dayName(4), IndexDamaged, "not what the day file makes"}},
	}
	for quick, want := range want {
		faults, err := s.VerifyIndex(t.Context(), quick, nil)
		j.must(err)
		same := slices.EqualFunc(faults, want, func(got, want IndexFault) bool {
			return got.File == want.File && got.State == want.State && strings.Contains(got.Reason, want.Reason)
		})
		if !same {
			t.Errorf("VerifyIndex, quick %t = %v, want %v", quick, faults, want)
		}
	}
}

// forge makes an index that says of its day file what is not true, with all
// checksums right.
func forge(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := DescribeIndex(path)
	if err != nil {
		t.Fatal(err)
	}
	last := d.Segments[len(d.Segments)-1]
	image, at := content[last.Offset:], last.Sections[0].Offset-last.Offset
	section := image[at : last.Sections[1].Offset-last.Offset]
	forged := bytes.Replace(section, []byte(`"Misfiled":0`), []byte(`"Misfiled":1`), 1)
	if bytes.Equal(forged, section) {
		t.Fatalf("nothing to forge in %s", section)
	}
	copy(section, forged)
	const header, entry = 32, 32 // bytes; see package segment
	le := binary.LittleEndian
	le.PutUint32(image[header+4:], crc32.Checksum(section, castagnoli))
	sum := crc32.Update(crc32.Checksum(image[:28], castagnoli), castagnoli, image[header:header+entry*len(last.Sections)])
	le.PutUint32(image[28:], sum)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestIndexVerifyUnreadable shows that a day file that can't be read is no fault
// of its index, and is reported all the same.
func TestIndexVerifyUnreadable(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	files, err := s.IndexStatus(t.Context())
	j.must(err)
	f := &files[1]
	if fault, err := s.verifyIndex(t.Context(), f, false); fault != nil || err != nil {
		t.Fatalf("verifyIndex of %s = %+v, %v", f.File, fault, err)
	}
	j.must(os.Remove(j.path(f.File)))
	fault, err := s.verifyIndex(t.Context(), f, false)
	if err != nil || fault == nil || fault.State != "" || !strings.Contains(fault.Reason, "deleted") {
		t.Errorf("verifyIndex without the day file = %+v, %v", fault, err)
	}
	if fault, err := s.verifyIndex(t.Context(), f, true); fault != nil || err != nil {
		t.Errorf("quick verifyIndex without the day file = %+v, %v", fault, err)
	}
}

func TestIndexVerifyStops(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.VerifyIndex(ctx, false, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("VerifyIndex after cancellation: %v", err)
	}
}
