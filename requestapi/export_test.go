package requestapi_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"daybook/auth"
	"daybook/requestapi"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestExports(t *testing.T) {
	t.Parallel()
	r := newRig(t, randomDays(rand.New(rand.NewPCG(11, 12)), 200), nil)
	for _, query := range []string{"?ordering=-duration&limit=3&offset=7", "?has_user=1&status_code=500&ordering=user&x=%3D", "?search=ann", "/?ip=nowhere"} {
		results := r.all(t, query)
		ndjson := r.export(t, query+"&format=ndjson", "application/x-ndjson", len(results))
		var got []any
		for lines := bufio.NewScanner(strings.NewReader(ndjson)); lines.Scan(); {
			d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
			d.UseNumber()
			var result any
			if err := d.Decode(&result); err != nil {
				t.Fatal(err)
			}
			got = append(got, result)
		}
		if diff := cmp.Diff(results, got); diff != "" {
			t.Errorf("%s as NDJSON (-list +export):\n%s", query, diff)
		}
		records, err := csv.NewReader(strings.NewReader(r.export(t, query+"&format=csv", "text/csv; charset=utf-8; header=present", len(results)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asCSV(results), records); diff != "" {
			t.Errorf("%s as CSV (-list +export):\n%s", query, diff)
		}
	}
}

// all returns the results of the list without a page.
func (r *rig) all(t *testing.T, query string) []any {
	t.Helper()
	var results []any
	target := r.base() + query + "&limit=1000&offset=0"
	for target != "" {
		body := r.get(t, target).Body.(map[string]any)
		results = append(results, body["results"].([]any)...)
		target, _ = body["next"].(string)
	}
	return results
}

// export returns the body of an export, which is whole.
func (r *rig) export(t *testing.T, query, kind string, rows int) string {
	t.Helper()
	resp := r.ask(t, http.MethodGet, r.base()+query, nil)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(resp.StatusCode, resp.Header["Content-Type"], resp.Header["Daybook-Count"], resp.Trailer["Daybook-Rows"], resp.Trailer["Daybook-Complete"])
	if want := fmt.Sprint(200, []string{kind}, []string{fmt.Sprint(rows)}, []string{fmt.Sprint(rows)}, []string{"true"}); got != want {
		t.Errorf("GET %s: %s, want %s", query, got, want)
	}
	head := r.ask(t, http.MethodHead, r.base()+query, nil)
	if head.StatusCode != 200 || head.Header.Get("Daybook-Count") != fmt.Sprint(rows) {
		t.Errorf("HEAD %s: %d, %v", query, head.StatusCode, head.Header)
	}
	return string(body)
}

// asCSV returns results as a table.
func asCSV(results []any) [][]string {
	names := strings.Fields("id user.id user.username user.full_name ip device device_type is_bot os browser scheme endpoint method " +
		"status_code exception_type started_at finished_at duration created_at updated_at")
	table := [][]string{names}
	for _, result := range results {
		var row []string
		for _, name := range names {
			o := result.(map[string]any)
			if inner, ok := strings.CutPrefix(name, "user."); ok {
				name = inner
				o, _ = o["user"].(map[string]any)
			}
			text := ""
			if value := o[name]; value != nil {
				text = fmt.Sprint(value)
			}
			row = append(row, text)
		}
		table = append(table, row)
	}
	return table
}

// TestExportEndsWithToken breaks an export off when its token is good no longer, or
// may do less.
func TestExportEndsWithToken(t *testing.T) {
	t.Parallel()
	for _, then := range []struct {
		who auth.Principal
		err error
	}{
		{err: auth.ErrRevokedToken},
		{who: auth.Principal{Session: auth.SessionDealer}},
	} {
		testExportEnds(t, then.who, then.err)
	}
}

// testExportEnds begins an export as a manager, who is then somebody else.
func testExportEnds(t *testing.T, who auth.Principal, err error) {
	t.Helper()
	var asked atomic.Int64
	core, logs := observer.New(zap.InfoLevel)
	r := newRig(t, randomDays(rand.New(rand.NewPCG(13, 14)), 200), func(o *requestapi.Options) {
		o.Log = zap.New(core)
		o.Principal = func(r *http.Request) (auth.Principal, error) {
			if asked.Add(1) > 1 {
				return who, err
			}
			return principal(r)
		}
	})
	resp := r.ask(t, http.MethodGet, r.base()+"?format=ndjson", nil)
	if body, err := io.ReadAll(resp.Body); err == nil || resp.Trailer.Get("Daybook-Complete") != "" {
		t.Errorf("%d bytes came, and the trailer %v", len(body), resp.Trailer)
	}
	r.Close() // the line comes after the answer
	if n := logs.FilterField(zap.Bool("cut", true)).Len(); n != 1 {
		t.Errorf("%d lines of the log say that it was broken off", n)
	}
}

// TestOldProtocol refuses exports to clients who could not tell their end.
func TestOldProtocol(t *testing.T) {
	t.Parallel()
	r := newRig(t, randomDays(rand.New(rand.NewPCG(15, 16)), 2), nil)
	for query, want := range map[string]int{"?limit=1": 200, "?format=csv": 505} {
		conn, err := net.Dial("tcp", r.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET %s%s HTTP/1.0\r\nAuthorization: Token SESSION_ADMIN\r\n\r\n", requestapi.ListRoute, query)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want {
			t.Errorf("HTTP/1.0 with %q: %d, want %d", query, resp.StatusCode, want)
		}
		if want != 200 {
			continue
		}
		next := r.base() + "?limit=1&offset=1" // though no host was named
		if a := decode(t, resp); a.Body.(map[string]any)["next"] != next {
			t.Errorf("HTTP/1.0 with %q: %v, want the next page at %s", query, a.Body, next)
		}
	}
}
