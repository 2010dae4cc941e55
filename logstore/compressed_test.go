package logstore

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompressedFileCut(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		want := j.withOther()
		content := numbered(0, 40)
		whole := packed(t, enc, content)
		name := liveName + enc.suffix()
		j.write(name, whole)
		s := j.open()
		want = append(want, numberedRows(0, 40)...)
		if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
			t.Fatalf("%s: rows mismatch (-want +got):\n%s", name, diff)
		}
		for n := range len(whole) {
			j.write(name, whole[:n])
			if got, want := readErrorOf(t, s, request(t, everything)), (ReadError{File: name, Reason: "compressed file cut short"}); got != want {
				t.Errorf("%d of %d bytes: %+v, want %+v", n, len(whole), got, want)
			}
			if n%16 != 0 {
				continue
			}
			r := request(t, everything)
			r.Partial = true
			result, err := s.Search(t.Context(), r)
			if err != nil || result.Count != 1 || len(result.Problems) != 1 {
				t.Errorf("%d of %d bytes: partial answer %+v, %v", n, len(whole), result, err)
			}
		}
	}
}

func TestCompressedFileDamaged(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		whole := packed(t, enc, numbered(0, 40))
		name := liveName + enc.suffix()
		s := j.open()
		damaged := 0
		for at := range len(whole) {
			bad := []byte(whole)
			bad[at] ^= 0x55
			j.write(name, string(bad))
			result, err := s.Search(t.Context(), request(t, everything))
			var report *ReadError
			switch {
			case errors.As(err, &report) && strings.HasPrefix(report.Reason, "compressed file"):
				damaged++
			case err != nil:
				t.Errorf("%s, byte %d: %v", name, at, err)
			default:
				if diff := cmp.Diff(numberedRows(0, 40), rows(result)); diff != "" {
					t.Errorf("%s, byte %d: rows mismatch (-want +got):\n%s", name, at, diff)
				}
			}
		}
		if damaged < len(whole)*8/10 {
			t.Errorf("%s: %d of %d changed bytes are noticed", name, damaged, len(whole))
		}
	}
}

func TestCompressedFileOfSeveral(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		content := numbered(0, 3)
		j.write(liveName+enc.suffix(), packed(t, enc, content[:50])+packed(t, enc, content[50:100])+packed(t, enc, content[100:]))
		if diff := cmp.Diff(numberedRows(0, 3), rows(search(t, j.open(), everything))); diff != "" {
			t.Errorf("%s: rows mismatch (-want +got):\n%s", enc.suffix(), diff)
		}
	}
}
