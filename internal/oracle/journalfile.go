package oracle

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// store draws how one part lies in the folder and returns its files by what
// follows the part's name: "", ".gz", ".zst".
func (w *journalWriter) store(day int64) map[string][]byte {
	content := w.content(day)
	suffix := pick(w.rng, []string{".gz", ".zst"})
	switch n := w.rng.IntN(100); {
	case n < 45, w.plain:
		w.note(traitPlain)
		return map[string][]byte{"": content}
	case n < 57:
		w.note(traitGzip)
		return map[string][]byte{".gz": w.pack(".gz", content)}
	case n < 68:
		w.note(traitZstd)
		return map[string][]byte{".zst": w.pack(".zst", content)}
	case n < 72:
		return w.storeBothPacked(day, content)
	default:
		return w.storeBeside(day, content, suffix)
	}
}

// storeBothPacked returns a gzip and a zstd file of one part, the first of
// which may be cut short; at times a plain file stands beside them.
func (w *journalWriter) storeBothPacked(day int64, content []byte) map[string][]byte {
	w.note(traitBothPacked)
	files := map[string][]byte{".gz": w.pack(".gz", content), ".zst": w.pack(".zst", content)}
	if w.chance(40) {
		files[".gz"] = w.cut(files[".gz"])
	} else if w.chance(40) {
		files[".zst"] = w.pack(".zst", w.content(day)) // which .gz beats
	}
	if w.chance(30) {
		files[""] = content
	}
	return files
}

// storeBeside returns a plain file beside a compressed one, in one of the
// relations that the precedence rule tells apart.
func (w *journalWriter) storeBeside(day int64, content []byte, suffix string) map[string][]byte {
	plain, packed := content, w.pack(suffix, content)
	switch w.rng.IntN(5) {
	case 0:
		w.note(traitEqual)
	case 1:
		w.note(traitLonger)
		plain = append(bytes.Clone(content), w.record(day)+"\n"...)
	case 2:
		w.note(traitPrefix)
		plain = content[:w.rng.IntN(len(content)+1)]
	case 3:
		w.note(traitRecreated)
		plain = []byte(w.record(day) + "\n" + string(w.content(day)))
	default:
		w.note(traitCut)
		packed = w.cut(packed)
		if w.chance(50) {
			plain = w.content(day)
		}
	}
	return map[string][]byte{"": plain, suffix: packed}
}

// cut returns a compressed file that is not whole.
func (w *journalWriter) cut(packed []byte) []byte {
	if w.chance(30) {
		return packed[:len(packed)-1]
	}
	return packed[:w.rng.IntN(len(packed))]
}

// pack compresses content, at times as two members or frames, which unpack to
// the two halves one after the other.
func (w *journalWriter) pack(suffix string, content []byte) []byte {
	halves := [][]byte{content}
	if w.chance(20) {
		middle := w.rng.IntN(len(content) + 1)
		halves = [][]byte{content[:middle], content[middle:]}
	}
	var packed bytes.Buffer
	for _, half := range halves {
		compress(&packed, suffix, half)
	}
	return packed.Bytes()
}

// compress appends one gzip member or zstd frame to b.
func compress(b *bytes.Buffer, suffix string, content []byte) {
	// Neither writer can fail: both write to memory.
	if suffix == ".gz" {
		z := gzip.NewWriter(b)
		z.Write(content)
		z.Close()
		return
	}
	z, err := zstd.NewWriter(b, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<17), zstd.WithZeroFrames(true))
	if err != nil {
		panic(fmt.Sprintf("oracle: zstd options: %v", err))
	}
	z.Write(content)
	z.Close()
}

// content draws the lines of one part.
func (w *journalWriter) content(day int64) []byte {
	var b bytes.Buffer
	if w.chance(10) {
		w.note(traitBOM)
		b.WriteString("\ufeff")
	}
	if w.chance(4) {
		w.note(traitEmptyFile)
		return b.Bytes()
	}
	crlf := pick(w.rng, []int{0, 0, 0, 100, 30}) // percent of lines
	for range w.rng.IntN(2*w.partLines) + 1 {
		b.WriteString(w.line(day))
		b.WriteString(w.lineEnd(crlf))
	}
	if w.chance(35) {
		w.note(w.tailTrait(day))
		// Whether a last carriage return belongs to a value or to half a line
		// ending is open, so none is written.
		b.WriteString(strings.TrimRight(w.record(day), "\r"))
	}
	return b.Bytes()
}

// lineEnd draws the end of a line.
func (w *journalWriter) lineEnd(crlf int) string {
	if w.chance(crlf) {
		w.note(traitCRLF)
		return "\r\n"
	}
	return "\n"
}

// tailTrait names an unterminated last line of a day's file.
func (w *journalWriter) tailTrait(day int64) string {
	if day*secondsPerDay+secondsPerDay < w.journal.Options.Now.Unix() {
		return traitTailOld
	}
	return traitTailToday
}
