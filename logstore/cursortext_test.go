package logstore

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var cursorOptions = cmp.AllowUnexported(Cursor{}, partMark{}, foldMark{}, partPlace{})

var cursorTexts = []struct {
	name   string
	cursor Cursor
	text   string
}{
	{
		name:   "snapshot of nothing",
		cursor: Cursor{kind: snapshotCursor, today: 20_565},
		text:   "AQGqwQIAABP3bpc",
	},
	{
		name: "snapshot",
		cursor: Cursor{
			kind: snapshotCursor, today: 20_565,
			folds: []foldMark{
				{first: partPlace{20_000, 0}, last: partPlace{20_480, 2}, count: 483, bytes: 1 << 34, hash: 0x0123456789abcdef},
				{first: partPlace{20_482, 1}, last: partPlace{20_482, 1}, count: 1, bytes: 5, hash: 1},
			},
			parts: []partMark{
				{partPlace{20_481, 0}, 44_000_000, 0xdeadbeef},
				{partPlace{20_565, 0}, 0, 0},
				{partPlace{20_565, 1}, 1, 7},
			},
		},
	},
	{
		name: "frontier",
		cursor: Cursor{
			kind: followCursor, made: time.Date(2026, 4, 22, 9, 30, 0, 123, time.UTC),
			parts: []partMark{{partPlace{20_564, 0}, 1 << 30, 99}, {partPlace{20_565, 0}, 812, 100}},
		},
	},
	{
		name: "the least and the greatest",
		cursor: Cursor{
			kind: snapshotCursor, today: lastDay,
			folds: []foldMark{{partPlace{firstDay, mostParts}, partPlace{lastDay, mostParts}, mostParts, math.MaxInt64, math.MaxUint64}},
			parts: []partMark{{partPlace{firstDay, 0}, mostBytes, math.MaxUint32}, {partPlace{lastDay, mostParts}, mostBytes, 0}},
		},
	},
}

func TestCursorText(t *testing.T) {
	for _, tt := range cursorTexts {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.cursor.String()
			if tt.text != "" && text != tt.text {
				t.Errorf("String() = %s, want %s", text, tt.text)
			}
			got, err := parseCursor(text, tt.cursor.kind)
			if err != nil {
				t.Fatalf("parseCursor(%s): %v", text, err)
			}
			if diff := cmp.Diff(tt.cursor, *got, cursorOptions); diff != "" {
				t.Errorf("parseCursor(%s) mismatch (-want +got):\n%s", text, diff)
			}
		})
	}
}

// TestCursorDamaged damages every byte of a cursor, and cuts it everywhere.
func TestCursorDamaged(t *testing.T) {
	text := cursorTexts[1].cursor.String()
	for i := range len(text) {
		if _, err := ParseCursor(text[:i]); err == nil {
			t.Errorf("ParseCursor of the first %d bytes: no error", i)
		}
		for _, c := range []byte("A-9_\n=/") {
			damaged := text[:i] + string(c) + text[i+1:]
			if _, err := ParseCursor(damaged); err == nil && damaged != text {
				t.Errorf("ParseCursor with %q at byte %d: no error", c, i)
			}
		}
	}
}

// sealCursor returns the text of a cursor with that content, right or wrong.
func sealCursor(body ...byte) string {
	return cursorEncoding.EncodeToString(binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli)))
}

// varints returns numbers as they stand in a cursor.
func varints(numbers ...int64) (b []byte) {
	for _, n := range numbers {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func TestParseCursorRefuses(t *testing.T) {
	snapshot := func(rest ...byte) string {
		return sealCursor(append([]byte{cursorVersion, byte(snapshotCursor), 0}, rest...)...)
	}
	part := func(day, rank, length int64) []byte { return append(varints(day, rank, length), 1, 2, 3, 4) }
	two := func(a, b []byte) string { return snapshot(append(append(varints(0, 2), a...), b...)...) }
	oneFold := func(numbers ...int64) string {
		return snapshot(append(append(append(varints(1), varints(numbers...)...), 1, 2, 3, 4, 5, 6, 7, 8), 0)...)
	}
	if _, err := ParseCursor(two(part(3, 1, 9), part(0, 2, 9))); err != nil {
		t.Errorf("ParseCursor of two parts: %v", err)
	}
	if _, err := ParseCursor(oneFold(3, 1, 0, 1, 1, 0)); err != nil {
		t.Errorf("ParseCursor of one fold: %v", err)
	}
	const notOne = "is no cursor"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", notOne},
		{"other text", "where[0]", notOne},
		{"too long", strings.Repeat("A", longestCursor+1), notOne},
		{"no content", sealCursor(), notOne},
		{"version", sealCursor(2, 1, 0, 0, 0), "is a cursor of format 2, not 1"},
		{"kind", sealCursor(1, 3, 0, 0, 0), notOne},
		{"of a subscription", cursorTexts[2].cursor.String(), "is the cursor of a subscription, not of a snapshot"},
		{"padded", cursorTexts[0].text + "=", notOne},
		{"line break", cursorTexts[0].text[:4] + "\n" + cursorTexts[0].text[4:], notOne},
		{"more behind", snapshot(0, 0, 0), notOne},
		{"longer varint", snapshot(0x80, 0x00, 0), notOne},
		{"varint without end", snapshot(0xff, 0xff), notOne},
		{"day out of range", sealCursor(append([]byte{1, 1}, varints(int64(lastDay)+1, 0, 0)...)...), notOne},
		{"folds of a subscription", sealCursor(append([]byte{1, 2}, varints(0, 1, 0)...)...), notOne},
		{"more parts than bytes", snapshot(varints(0, mostMarks)...), notOne},
		{"more folds than bytes", snapshot(varints(mostMarks, 0)...), notOne},
		{"more marks than may be", snapshot(append(varints(0, mostMarks+1), make([]byte, 8*mostMarks)...)...), notOne},
		{"negative count", snapshot(varints(0, -1)...), notOne},
		{"same part twice", two(part(3, 1, 9), part(0, 1, 9)), notOne},
		{"descending ranks", two(part(3, 1, 9), part(0, 0, 9)), notOne},
		{"descending days", two(part(3, 1, 9), part(-1, 2, 9)), notOne},
		{"rank too large", two(part(3, mostParts+1, 9), part(1, 2, 9)), notOne},
		{"length too large", two(part(3, 1, mostBytes+1), part(1, 2, 9)), notOne},
		{"negative length", two(part(3, 1, -1), part(1, 2, 9)), notOne},
		{"day beyond all", two(part(3, 1, 1), part(math.MaxInt64, 2, 9)), notOne},
		{"fold of nothing", oneFold(3, 1, 0, 1, 0, 0), notOne},
		{"fold backwards", oneFold(3, 1, 0, 0, 1, 0), notOne},
		{"fold of negative length", oneFold(3, 1, 0, 1, 1, -1), notOne},
	} {
		_, err := ParseCursor(tt.text)
		refused, ok := err.(*CursorError)
		if !ok || refused.Reason != tt.want {
			t.Errorf("%s: ParseCursor(%.80s): %v, want %s", tt.name, tt.text, err, tt.want)
		}
	}
	if _, err := parseCursor(cursorTexts[1].cursor.String(), followCursor); err == nil ||
		err.Error() != "cursor: is the cursor of a snapshot, not of a subscription" {
		t.Errorf("parseCursor of a snapshot as a subscription's: %v", err)
	}
}

// TestCursorLargest tells that no cursor is too long to be read.
func TestCursorLargest(t *testing.T) {
	snapshot, followed := Cursor{kind: snapshotCursor, today: lastDay}, Cursor{kind: followCursor, made: time.Unix(0, math.MinInt64).UTC()}
	mark := func(i, of int) partMark {
		return partMark{partPlace{firstDay + Day(i)*((lastDay-firstDay)/Day(of)), mostParts}, mostBytes, 1}
	}
	for i := range mostMarks {
		m := mark(i, mostMarks)
		snapshot.parts = append(snapshot.parts, m)
		snapshot.folds = append(snapshot.folds, foldMark{partPlace{m.day, mostParts - 1}, m.partPlace, mostParts, math.MaxInt64, 1})
	}
	for i := range mostFollowed {
		followed.parts = append(followed.parts, mark(i, mostFollowed))
	}
	for _, c := range []Cursor{snapshot, followed} {
		text := c.String()
		got, err := parseCursor(text, c.kind)
		if err != nil {
			t.Fatalf("parseCursor of %d bytes as one of a %v: %v", len(text), c.kind, err)
		}
		if diff := cmp.Diff(c, *got, cursorOptions); diff != "" {
			t.Errorf("parseCursor mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestFold tells apart what a fold is to tell apart.
func TestFold(t *testing.T) {
	parts := []partMark{{partPlace{1, 0}, 10, 5}, {partPlace{1, 1}, 20, 6}, {partPlace{3, 0}, 30, 7}}
	want := fold(parts)
	if want.first != parts[0].partPlace || want.last != parts[2].partPlace || want.count != 3 || want.bytes != 60 {
		t.Errorf("fold(%v) = %+v", parts, want)
	}
	for name, other := range map[string][]partMark{
		"lengths swapped": {{partPlace{1, 0}, 20, 5}, {partPlace{1, 1}, 10, 6}, {partPlace{3, 0}, 30, 7}},
		"other day":       {{partPlace{1, 0}, 10, 5}, {partPlace{2, 0}, 20, 6}, {partPlace{3, 0}, 30, 7}},
		"one less":        {{partPlace{1, 0}, 10, 5}, {partPlace{3, 0}, 50, 7}},
	} {
		if fold(other) == want {
			t.Errorf("%s: fold(%v) = fold(%v)", name, other, parts)
		}
	}
}

// FuzzCursor seals what it is given, so that the checksum does not keep it out:
// whatever is a cursor prints as it was written.
func FuzzCursor(f *testing.F) {
	for _, tt := range cursorTexts {
		text, err := cursorEncoding.DecodeString(tt.cursor.String())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:len(text)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := sealCursor(body...)
		c, err := decodeCursor(text)
		if err != nil {
			return
		}
		if got := c.String(); got != text {
			t.Errorf("decodeCursor(%s).String() = %s", text, got)
		}
		if len(c.parts) > mostFollowed || c.kind == snapshotCursor && len(c.parts) > mostMarks || len(c.folds) > mostMarks {
			t.Errorf("decodeCursor(%s) has %d parts and %d folds", text, len(c.parts), len(c.folds))
		}
	})
}
