package auth

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const goldenFile = "testdata/tokens-v1.jsonl"

// goldenSecret is the text of token n of goldenRecords.
func goldenSecret(n int) Secret {
	return Secret(fmt.Sprintf("dbk_%052d", n))
}

// goldenRecords are the tokens of the golden file: one of every state.
func goldenRecords() []record {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 10, 0, 0, 0, time.UTC) }
	return []record{
		{Token{ID: 1, Name: "console", Session: SessionAdmin, Created: at(1)}, hash(goldenSecret(1))},
		{Token{ID: 2, Name: "Büro <Zürich> & \"Söhne\"", Session: SessionManager, Created: at(2), Expires: at(20)}, hash(goldenSecret(2))},
		{Token{ID: 5, Name: "audit script", Session: SessionDealer, Created: at(3), Revoked: at(4)}, hash(goldenSecret(5))},
		{Token{ID: 6, Name: "x", Session: SessionUser, Created: at(3), Expires: at(21), Revoked: at(4)}, hash(goldenSecret(6))},
	}
}

var update = flag.Bool("update", false, "write the golden file anew")

func TestGoldenFile(t *testing.T) {
	t.Parallel()
	data, err := encodeFile(goldenRecords())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(goldenFile, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), string(data)); diff != "" {
		t.Errorf("encodeFile mismatch (-golden +got):\n%s", diff)
	}
	got, err := decodeFile(goldenFile, golden)
	if err != nil {
		t.Fatalf("decodeFile(golden): %v", err)
	}
	if diff := cmp.Diff(goldenRecords(), got); diff != "" {
		t.Errorf("decodeFile(golden) mismatch (-want +got):\n%s", diff)
	}
}

// withFooter ends body as a token file of so many tokens.
func withFooter(body string, tokens int) string {
	return fmt.Sprintf("%s{\"tokens\":%d,\"crc32c\":\"%s\"}\n", body, tokens, checksum([]byte(body)))
}

func TestDecodeFileErrors(t *testing.T) {
	t.Parallel()
	const (
		header = `{"format":"daybook tokens","version":1}` + "\n"
		sha    = `"sha256":"1111111111111111111111111111111111111111111111111111111111111111"`
		rest   = `,"created":"2026-11-21T10:00:00Z"}` + "\n"
		good   = `{"id":1,"name":"a","session":"SESSION_ADMIN",` + sha + rest
	)
	if _, err := decodeFile("f", []byte(withFooter(header+good, 1))); err != nil {
		t.Fatalf("the file that the others vary: %v", err)
	}
	line := func(s string) string { return withFooter(header+s, 1) }
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "token file f: cut short"},
		{"newline", "\n", "line 1: not a token file"},
		{"blank lines", "\n\n\n", "line 1: not a token file"},
		{"other text", "hello\n", "line 1: not a token file"},
		{"other JSON", "{}\n{}\n", "line 1: not a token file"},
		{"NULs", strings.Repeat("\x00", 4096), "cut short"},
		{"newer version", withFooter(`{"format":"daybook tokens","version":2}`+"\n", 0), "line 1: version 2, this program reads version 1"},
		{"header alone", header, "line 1: cut short or damaged"},
		{"no footer", header + good, "line 2: cut short or damaged"},
		{"footer twice", withFooter(withFooter(header+good, 1), 2), "line 3:"},
		{"bytes after footer", withFooter(header+good, 1) + "x", "cut short"},
		{"footer with more", strings.TrimSuffix(withFooter(header+good, 1), "\n") + " {}\n", "line 3:"},
		{"checksum", header + good + `{"tokens":1,"crc32c":"00000000"}` + "\n", "line 3: damaged: checksum"},
		{"no checksum", header + good + `{"tokens":1}` + "\n", "line 3: damaged: checksum"},
		{"count", withFooter(header+good, 2), "line 3: damaged: 1 tokens, its last line says 2"},
		{"empty line", withFooter(header+good+"\n", 2), "line 3: EOF"},
		{"two in a line", withFooter(header+strings.TrimSuffix(good, "\n")+good, 1), "line 2: more than one value"},
		{"unknown member", line(`{"id":1,"name":"a","admin":true,` + sha + rest), `line 2: json: unknown field "admin"`},
		{"unknown session", line(`{"id":1,"name":"a","session":"SESSION_ROOT",` + sha + rest), "unknown session type"},
		{"session as number", line(`{"id":1,"name":"a","session":3,` + sha + rest), "line 2: json: cannot unmarshal"},
		{"id zero", line(`{"id":0,"name":"a",` + sha + rest), "token 0: its number should be above 0"},
		{"id too large", line(`{"id":9007199254740992,"name":"a",` + sha + rest), "at most 9007199254740991"},
		{"id twice", withFooter(header+good+good, 2), "token 1: its number should be above 1"},
		{"hash twice", withFooter(header+good+strings.Replace(good, `"id":1`, `"id":2`, 1), 2), "token 2: no hash of its own"},
		{"no hash", line(`{"id":1,"name":"a"` + rest), "token 1: no hash of its own"},
		{"short hash", line(`{"id":1,"name":"a","sha256":"11"` + rest), "a hash of 2 digits, want 64"},
		{"hash not hex", line(`{"id":1,"name":"a","sha256":"` + strings.Repeat("g", 64) + `"` + rest), "invalid byte"},
		{"no name", line(`{"id":1,` + sha + rest), "token name is empty"},
		{"name of two lines", line(`{"id":1,"name":"a\nb",` + sha + rest), "can't be printed"},
		{"no creation", line(`{"id":1,"name":"a",` + sha + "}\n"), "no time of creation"},
		{"time", line(`{"id":1,"name":"a",` + sha + `,"created":"yesterday"}` + "\n"), "line 2:"},
		{"too many lines", header + strings.Repeat("\n", maxTokens+2), "more than 100000 tokens take"},
	} {
		got, err := decodeFile("f", []byte(tt.in))
		var fault *FileError
		if got != nil || !errors.As(err, &fault) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: decodeFile = %v, %v; want a *FileError with %q", tt.name, got, err, tt.want)
		}
	}
}

// TestDamage changes, drops and doubles every byte and every line of a token
// file, and cuts it short everywhere: each gives an error, or the same tokens.
func TestDamage(t *testing.T) {
	t.Parallel()
	want := goldenRecords()
	data, err := encodeFile(want)
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	try := func(what string, at int, damaged []byte) {
		got, err := decodeFile("f", damaged)
		if err != nil || bytes.Equal(damaged, data) {
			return
		}
		harmless++
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %d: other tokens, no error (-want +got):\n%s", what, at, diff)
		}
	}
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			try(fmt.Sprintf("bit %d flipped of byte", bit), i, damaged)
		}
		for _, b := range []byte{0x00, 0xff, ' ', '\n', '0', '"'} {
			damaged := bytes.Clone(data)
			damaged[i] = b
			try(fmt.Sprintf("%#02x at byte", b), i, damaged)
		}
		try("cut at byte", i, data[:i])
		try("dropped byte", i, append(bytes.Clone(data[:i]), data[i+1:]...))
		try("doubled byte", i, append(bytes.Clone(data[:i+1]), data[i:]...))
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i := range lines {
		join := func(parts ...[][]byte) (all []byte) {
			for _, p := range parts {
				all = append(all, bytes.Join(p, nil)...)
			}
			return all
		}
		try("dropped line", i, join(lines[:i], lines[i+1:]))
		try("doubled line", i, join(lines[:i+1], lines[i:]))
	}
	// The last line, which the checksum leaves out, may gain blanks, and its
	// letters may change case. Nothing else goes unnoticed.
	if footer := len(lines[len(lines)-2]); harmless > footer {
		t.Errorf("%d changes went unnoticed, want at most %d", harmless, footer)
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	ok := goldenRecords()[0]
	far := ok
	far.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	nameless := ok
	nameless.Name = ""
	many := make([]record, maxTokens+1)
	for _, tt := range []struct {
		name    string
		records []record
	}{
		{"descending", []record{goldenRecords()[1], ok}},
		{"a year that can't be written", []record{far}},
		{"nameless", []record{nameless}},
		{"too many", many},
	} {
		if data, err := encodeFile(tt.records); err == nil {
			t.Errorf("%s: encodeFile gave %d bytes, want an error", tt.name, len(data))
		}
	}
}

// FuzzDecodeFile reads the input as a file, and again with a last line that
// fits it, so that the checksum keeps nothing from the decoder. Whatever can
// be read can be written, and reads the same again.
func FuzzDecodeFile(f *testing.F) {
	golden, err := os.ReadFile(goldenFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	body := golden[:bytes.LastIndexByte(golden[:len(golden)-1], '\n')+1]
	f.Add(body)
	f.Add(body[:bytes.IndexByte(body, '\n')+1])
	f.Add([]byte("{\"format\":\"daybook tokens\",\"version\":1}\n{\"id\":7,\"name\":\"n\",\"sha256\":\"" +
		strings.Repeat("ab", 32) + "\",\"created\":\"1999-01-01T00:00:00.5+05:30\",\"session\":\"12\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, in := range [][]byte{data, []byte(withFooter(string(data), bytes.Count(data, []byte("\n"))-1))} {
			records, err := decodeFile("f", in)
			if err != nil {
				var fault *FileError
				if !errors.As(err, &fault) {
					t.Errorf("decodeFile(%q): %T, want a *FileError: %v", in, err, err)
				}
				continue
			}
			again, err := encodeFile(records)
			if err != nil {
				t.Fatalf("encodeFile of %q: %v", in, err)
			}
			got, err := decodeFile("f", again)
			if err != nil {
				t.Fatalf("decodeFile of %q, encoded as %q: %v", in, again, err)
			}
			if diff := cmp.Diff(records, got); diff != "" {
				t.Errorf("%q reads differently after writing (-want +got):\n%s", in, diff)
			}
		}
	})
}

// readFolder returns the content of every file in dir, by name.
func readFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}
