package badinput

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRun runs the whole corpus against a server that is always right.
func TestRun(t *testing.T) {
	f := newFake(t, Cases(DefaultLimits()), func(*fake) {})
	Run(t, Target{URL: f.url, Token: fakeToken})
}

// TestSpoiltAnswers changes the right answers of some cases in one way at a
// time: exactly those cases must fail, on exactly those ways.
func TestSpoiltAnswers(t *testing.T) {
	first := func(change func(a *answer) bool) func(*Case, Way, *outcome) bool {
		return func(_ *Case, _ Way, o *outcome) bool {
			return len(o.Answers) > 0 && change(&o.Answers[0])
		}
	}
	open := func(a *answer) bool { return len(a.Codes) > 1 } // more than one code is right
	for _, tt := range []struct {
		name  string
		group string // "" for all
		spoil func(*Case, Way, *outcome) bool
	}{
		{"another code", "", first(func(a *answer) bool {
			if open(a) {
				return false
			}
			a.Codes = []int{-32099}
			return true
		})},
		{"an error for a result", "", first(func(a *answer) bool {
			if a.Codes != nil {
				return false
			}
			a.Codes = []int{codeInternal}
			return true
		})},
		{"a result for an error", "", first(func(a *answer) bool {
			if a.Codes == nil || open(a) {
				return false
			}
			a.Codes = nil
			return true
		})},
		{"another id", "", first(func(a *answer) bool {
			a.ID = `"another"`
			return true
		})},
		{"id null", "", first(func(a *answer) bool {
			if a.ID == "null" || a.OrNull {
				return false
			}
			a.ID = "null"
			return true
		})},
		{"a number as text", "ids", first(func(a *answer) bool {
			if a.ID == "null" || strings.HasPrefix(a.ID, `"`) {
				return false
			}
			a.ID = `"` + a.ID + `"`
			return true
		})},
		{"another param", "params", first(func(a *answer) bool {
			if a.Param == "" {
				return false
			}
			a.Param = "x" + a.Param
			return true
		})},
		{"another limit", "", first(func(a *answer) bool {
			if a.Limit == 0 {
				return false
			}
			a.Limit, a.Actual = a.Limit+1, 0
			return true
		})},
		{"an answer more", "", func(_ *Case, _ Way, o *outcome) bool {
			o.Answers = append(o.Answers, fails(`"more"`, codeNotRequest))
			o.Status = []int{200}
			return true
		}},
		{"an answer less", "batches", func(_ *Case, _ Way, o *outcome) bool {
			if !o.Batch || len(o.Answers) < 2 {
				return false
			}
			o.Answers = o.Answers[1:]
			return true
		}},
		{"an array for an object", "", func(_ *Case, _ Way, o *outcome) bool {
			if o.Batch || len(o.Answers) == 0 {
				return false
			}
			o.Status, o.Batch = o.statuses(), true
			return true
		}},
		{"an object for an array", "batches", func(_ *Case, _ Way, o *outcome) bool {
			if !o.Batch || len(o.Answers) > 1 {
				return false
			}
			o.Batch = false
			return true
		}},
		{"another status", "", func(_ *Case, w Way, o *outcome) bool {
			o.Status = []int{500}
			return w.Transport == HTTP
		}},
		{"a status of its own", "limits", func(_ *Case, w Way, o *outcome) bool {
			if w.Transport == WebSocket || o.statuses()[0] != 413 {
				return false
			}
			o.Status = []int{200}
			return true
		}},
		{"another close", "", func(_ *Case, w Way, o *outcome) bool {
			if w.Transport == HTTP {
				return false
			}
			o.Close = []int{1008}
			return true
		}},
		{"a close that is not due", "", func(_ *Case, w Way, o *outcome) bool {
			if w.Transport == HTTP || o.Close != nil {
				return false
			}
			o.Close = []int{1000}
			return true
		}},
		{"a login that is not due", "", func(_ *Case, w Way, o *outcome) bool {
			if w != (Way{WebSocket, Before}) || o.Binds || o.Close != nil {
				return false
			}
			o.Binds = true
			return true
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cases := some(tt.group)
			f := newFake(t, cases, func(f *fake) { f.spoil = tt.spoil })
			_, failures := check(Target{URL: f.url, Token: fakeToken}, cases)
			if len(f.spoiled) == 0 {
				t.Fatal("nothing was spoilt")
			}
			want := slices.Sorted(maps.Keys(f.spoiled))
			if diff := cmp.Diff(want, places(failures)); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
		})
	}
}

// some are messages of a group, or of all groups: every eighth.
func some(kind string) []Case {
	var cases []Case
	for i, c := range Cases(DefaultLimits()) {
		if c.message != nil && i%8 == 0 && (kind == "" || group(&c) == kind) {
			cases = append(cases, c)
		}
	}
	return cases
}

// places lists "case over way" of failures, sorted.
func places(failures []failure) []string {
	all := []string{}
	for _, f := range failures {
		all = append(all, f.Case+" over "+f.Way.String())
	}
	slices.Sort(all)
	return all
}

// TestWrongServers are servers that are wrong in other ways than by a single
// answer: all of these cases must fail, and no others.
func TestWrongServers(t *testing.T) {
	http := func(w Way) bool { return w.Transport == HTTP }
	ws := func(w Way) bool { return w.Transport == WebSocket }
	for _, tt := range []struct {
		name  string
		tune  func(*fake)
		about string
		fails func(Way) bool
	}{
		{"no version", rewrite(`"jsonrpc":"2.0",`, ""), "broken/brace", both},
		{"old version", rewrite(`"2.0"`, `"1.0"`), "broken/brace", both},
		{"result and error", rewrite(`"error"`, `"result":null,"error"`), "broken/brace", both},
		{"neither", rewrite(`"error"`, `"failure"`), "broken/brace", both},
		{"error without a message", rewrite(`"message"`, `"text"`), "broken/brace", both},
		{"code as text", rewrite(`-32700`, `"-32700"`), "broken/brace", both},
		{"token error without data", rewrite(`PERMISSION_DENIED`, `DENIED`), "ids/null of a query", func(w Way) bool { return w.State == Before }},
		{"param error without a reason", rewrite(`"reason"`, `"because"`), "params/discover: unknown", both},
		{"param not in the message", rewrite(`"bad x"`, `"bad"`), "params/discover: unknown", both},
		{"size error without a size", rewrite(`"actual"`, `"size"`), "batches/101 numbers", both},
		{"invalid text in an answer", rewrite("bad ", "\xff"), "broken/brace", both},
		{"nothing goes on", func(f *fake) { f.hangUp = true }, "ids/one", both},
		{"session lost with an error", func(f *fake) { f.forget = true }, "methods/unknown", func(w Way) bool { return w == Way{WebSocket, After} }},
		{"every origin welcome", func(f *fake) { f.upgrader.CheckOrigin = anyOrigin }, "upgrade/origin null", ws},
		{"deflate accepted", func(f *fake) { f.upgrader.EnableCompression = true }, "upgrade/deflate offered", ws},
		{"protocol accepted", func(f *fake) { f.upgrader.Subprotocols = []string{"no.such.protocol"} }, "upgrade/protocol unknown", ws},
		{"every method welcome", func(f *fake) { f.lax = true }, "http/method PUT", http},
		{"every type welcome", func(f *fake) { f.lax = true }, "http/type text/plain", http},
		{"every encoding welcome", func(f *fake) { f.lax = true }, "http/encoding gzip", http},
		{"size before authentication not looked at", func(f *fake) { f.limits.EarlyMessage = f.limits.Message },
			"http/small chunks over the limit", func(w Way) bool { return w.State == Before }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cases := named(tt.about)
			f := newFake(t, cases, tt.tune)
			var want []string
			for _, w := range cases[0].Ways() {
				if tt.fails(w) {
					want = append(want, tt.about+" over "+w.String())
				}
			}
			slices.Sort(want)
			_, failures := check(Target{URL: f.url, Token: fakeToken}, cases)
			if diff := cmp.Diff(want, places(failures)); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
		})
	}
}

func both(Way) bool { return true }

func named(name string) []Case {
	return slices.DeleteFunc(Cases(DefaultLimits()), func(c Case) bool { return c.Name != name })
}

// TestPatience is about servers that only keep the client waiting: a missing
// answer, a missing close, and a connection that stays open after its close
// frame.
func TestPatience(t *testing.T) {
	for _, tt := range []struct {
		name  string
		about string
		tune  func(*fake)
	}{
		{"no answer", "ids/one", func(f *fake) {
			f.spoil = func(_ *Case, w Way, o *outcome) bool {
				o.Answers = nil
				return true
			}
		}},
		{"size not looked at", "frames/two halves over the limit", func(f *fake) { f.limits.Message *= 4; f.limits.EarlyMessage *= 100 }},
		{"no end", "text/invalid: FF", func(f *fake) { f.linger = true }},
		{"no close", "text/invalid: FF", func(f *fake) {
			f.spoil = func(_ *Case, w Way, o *outcome) bool {
				o.Close = nil
				return true
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cases := named(tt.about)
			f := newFake(t, cases, tt.tune)
			_, failures := check(Target{URL: f.url, Token: fakeToken, Patience: 200 * time.Millisecond}, cases)
			for _, s := range []State{Before, After} {
				place := tt.about + " over " + Way{WebSocket, s}.String()
				if !slices.Contains(places(failures), place) {
					t.Errorf("no failure of %s", place)
				}
			}
		})
	}
}

// TestGivingUp checks that a server that hangs is given up, and that this is a
// failure of the run.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	cases := slices.DeleteFunc(Cases(DefaultLimits()), func(c Case) bool { return group(&c) != "ids" })
	f := newFake(t, cases, func(f *fake) {
		f.spoil = func(_ *Case, w Way, o *outcome) bool {
			o.Answers = nil
			return true
		}
	})
	ran, failures := check(Target{URL: f.url, Token: fakeToken, Patience: 50 * time.Millisecond}, cases)
	if due := 4 * len(cases); ran >= due || len(failures) < mostHangs {
		t.Errorf("%d of %d exchanges ran, %d failed", ran, due, len(failures))
	}
}
