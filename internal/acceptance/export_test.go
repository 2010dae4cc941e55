package acceptance

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"daybook/internal/oracle"
	"daybook/logstore"
)

// An exported is the answer to POST /export, read to its end.
type exported struct {
	*http.Response
	body []byte
}

// export asks for an export.
func (s *served) export(t *testing.T, params json.RawMessage) exported {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, strings.TrimSuffix(s.url, "/rpc")+"/export", bytes.NewReader(params))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v after %d bytes", params, err, len(body))
	}
	return exported{resp, body}
}

var structure = []string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"}

// answer makes the answer of GetLogsByFilter out of an export.
func (e exported) answer(t *testing.T, format string) (json.RawMessage, *oracle.Error) {
	t.Helper()
	if e.StatusCode != http.StatusOK {
		var r reply
		if err := json.Unmarshal(e.body, &r); err != nil || r.Error == nil {
			t.Fatalf("status %d with %s", e.StatusCode, e.body)
		}
		return nil, r.fault()
	}
	rows := readers[format](t, e.body)
	if got := e.Trailer.Get("Daybook-Rows"); got != fmt.Sprint(len(rows)) || e.Trailer.Get("Daybook-Complete") != "true" {
		t.Errorf("trailer %v of %d rows", e.Trailer, len(rows))
	}
	text, err := json.Marshal(map[string]any{
		"structure": structure, "rows": rows,
		"count": json.Number(e.Header.Get("Daybook-Count")), "total": json.Number(e.Header.Get("Daybook-Total")),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text, nil
}

// readers read the rows of an export, as GetLogsByFilter has them.
var readers = map[string]func(t *testing.T, body []byte) [][]any{"csv": readCSV, "ndjson": readNDJSON, "tsv": readTSV}

func readCSV(t *testing.T, body []byte) [][]any {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || len(all) == 0 || !slices.Equal(all[0], structure) {
		t.Fatalf("read %.200q: %v", body, err)
	}
	rows := make([][]any, 0, len(all))
	for _, cells := range all[1:] {
		rows = append(rows, rowOf(t, cells))
	}
	return rows
}

// rowOf returns the row whose first cell is the time as text.
func rowOf(t *testing.T, cells []string) []any {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05Z", cells[0])
	if err != nil {
		t.Fatal(err)
	}
	row := []any{at.Unix()}
	for _, cell := range cells[1:] {
		row = append(row, cell)
	}
	return row
}

func readNDJSON(t *testing.T, body []byte) [][]any {
	t.Helper()
	rows := [][]any{}
	for line := range bytes.Lines(body) {
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var object map[string]any
		if err := d.Decode(&object); err != nil || len(object) != len(structure) {
			t.Fatalf("read %q: %v", line, err)
		}
		var row []any
		for _, name := range structure {
			row = append(row, object[name])
		}
		rows = append(rows, row)
	}
	return rows
}

func readTSV(t *testing.T, body []byte) [][]any {
	t.Helper()
	rows := [][]any{}
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	for line := range strings.Lines(string(body)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != len(structure) {
			t.Fatalf("%d columns in %q", len(cells), line)
		}
		for i := range cells {
			cells[i] = unescape.Replace(cells[i])
		}
		rows = append(rows, rowOf(t, cells))
	}
	return rows
}

var plainNumber = regexp.MustCompile(`^[+-](\d+\.?\d*|\.\d+)$`)

// asCSV returns an answer as a reader of CSV sees it: with formulas defused, and,
// since encoding/csv does that, with CR LF read as LF.
func asCSV(t *testing.T, answer json.RawMessage) json.RawMessage {
	t.Helper()
	return edit(t, answer, func(members map[string]any) {
		var rows [][]any
		d := json.NewDecoder(bytes.NewReader(members["rows"].(json.RawMessage)))
		d.UseNumber()
		if err := d.Decode(&rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for i, value := range row {
				text, ok := value.(string)
				if !ok {
					continue
				}
				for _, first := range text {
					if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", first) && text != "-" && !plainNumber.MatchString(text) {
						text = "'" + text
					}
					break
				}
				row[i] = strings.ReplaceAll(text, "\r\n", "\n")
			}
		}
		members["rows"] = rows
	})
}

// TestExports asks for exports of random journals in all formats, and compares
// each with the naive evaluator's answer, on a server with an index and on one
// without.
func TestExports(t *testing.T) {
	t.Parallel()
	const journals = 4
	each := 54
	if testing.Short() {
		each = 8
	}
	withRows := 0
	for i := range uint64(journals) {
		dir, judge, journal := randomJournal(t, *seed+400+i, oracle.JournalOptions{})
		opts := storeOptions(dir, journal)
		if opts.Index = logstore.IndexOff; i%2 == 0 {
			opts.Index, opts.IndexFrom = logstore.IndexManual, 1
		}
		s := serve(t, opts)
		if opts.Index == logstore.IndexManual {
			if err := s.store.BuildIndex(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
		}
		draw := oracle.NewRequests(judge, rand.New(rand.NewPCG(*seed, i)))
		for n := range each {
			format := []string{"csv", "ndjson", "tsv"}[n%3]
			conditions := slices.Concat(draw.Conditions(), draw.Order())
			limit, offset := 50_000, 0
			params := paramsOf(conditions, "format", format)
			if n%4 == 0 {
				limit, offset = n*7, n
				params = paramsOf(conditions, "format", format, "limit", limit, "offset", offset)
			}
			want, fault := judge.Answer("GetLogsByFilter", paramsOf(conditions, "limit", limit, "offset", offset))
			if fault == nil && format == "csv" {
				want = asCSV(t, want)
			}
			got, gotFault := s.export(t, params).answer(t, format)
			if diff := oracle.Difference(want, fault, got, gotFault); diff != "" {
				t.Fatalf("seed %d, journal %s: %s\n%s", *seed+400+i, dir, params, diff)
			}
			if fault == nil && !bytes.Contains(want, []byte(`"rows":[]`)) {
				withRows++
			}
		}
	}
	t.Logf("%d exports with rows", withRows)
	if withRows < journals*each/2 {
		t.Errorf("only %d of %d exports have rows", withRows, journals*each)
	}
}

// An export as TSV is a journal again, of the same records: exported once more, it
// is the same bytes.
func TestExportIsAJournal(t *testing.T) {
	t.Parallel()
	for i := range uint64(3) {
		dir, _, journal := randomJournal(t, *seed+500+i, oracle.JournalOptions{Plain: true})
		opts := storeOptions(dir, journal)
		params := json.RawMessage(`{"format":"tsv","partial":true,"orderBy":[["source","DESC"],["timestamp","ASC"]]}`)
		first := serve(t, opts).export(t, params)
		if first.StatusCode != http.StatusOK || len(first.body) == 0 {
			t.Fatalf("status %d with %d bytes", first.StatusCode, len(first.body))
		}
		opts.Dir, opts.Pattern = t.TempDir(), ""
		opts.MaxLine = 0 // escapes have made some lines longer
		name := "audit-" + journal.Options.Now.UTC().Format(time.DateOnly) + ".tsv"
		if err := os.WriteFile(filepath.Join(opts.Dir, name), first.body, 0o644); err != nil {
			t.Fatal(err)
		}
		again := serve(t, opts).export(t, params)
		if !bytes.Equal(first.body, again.body) {
			t.Errorf("seed %d: %d bytes exported, %d bytes when these are", *seed+500+i, len(first.body), len(again.body))
		}
		if malformed := again.Header.Get("Daybook-Total") != again.Header.Get("Daybook-Count"); malformed {
			t.Errorf("seed %d: some lines of the export are no records: %v", *seed+500+i, again.Header)
		}
	}
}
