package main

import (
	"fmt"
	"io"
	"strings"

	"daybook/bench/peer"
)

// A peersReport is what the peers part found.
type peersReport struct {
	Machine    machine             `json:"machine"`
	Journal    journalSize         `json:"journal"`
	Small      bool                `json:"small"`  // the journal has fewer lines than the bounds are of
	Params     int                 `json:"params"` // times that parameters were drawn
	Seed       uint64              `json:"seed"`
	Cat        float64             `json:"cat_ms"` // for all files
	Loaded     []*loadResult       `json:"loaded"`
	Index      indexResult         `json:"index"`
	Queries    []*duelResult       `json:"queries"`
	Unforeseen []*unforeseenResult `json:"unforeseen"`
	Loads      []*throughput       `json:"loads"`
	Size       sizeResult          `json:"size"`
}

// judgedLines is how many lines a journal has at least beside which figures are
// compared with those of others. With fewer, what a request costs by itself, over
// HTTP, outweighs what is asked of the journal, and peers answer in process; and
// what takes a second is measured more coarsely than what takes ten.
const judgedLines = 10_000_000

// notJudged stands for the verdict where there is nothing to judge by.
const notJudged = "not judged"

// compared returns the verdict about a figure that is compared with a peer's, or
// with one that grows with the journal.
func (r *peersReport) compared(met bool) string {
	if r.Small {
		return notJudged
	}
	return verdict(met)
}

// judges tells whether a query that nobody foresaw is judged.
func (r *peersReport) judges(u *unforeseenResult) bool {
	return u.judged() && !(r.Small && u.AtLeast > 0)
}

// missed returns the number of bounds that were not met, and of peers that are
// slower than they can be. Of a small journal, only what does not compare counts.
func (r *peersReport) missed() int {
	i := &r.Index
	verdicts := []bool{r.Size.Met, !i.Changed, !i.Built || i.Met || r.Small}
	for _, q := range r.Queries {
		verdicts = append(verdicts, q.Met || !q.Served || r.Small)
		for _, p := range q.Peers {
			verdicts = append(verdicts, !p.Slow || r.Small)
		}
	}
	for _, u := range r.Unforeseen {
		verdicts = append(verdicts, u.Met || !r.judges(u))
	}
	for _, l := range r.Loads {
		verdicts = append(verdicts, l.Met || r.Small)
	}
	missed := 0
	for _, met := range verdicts {
		if !met {
			missed++
		}
	}
	return missed
}

// print writes the results to w as tables in the form that write gives them.
func (r *peersReport) print(w io.Writer, write func(*table) string) error {
	head := fmt.Sprintf("%v\n%v, parameters drawn %s with seed %d, cat takes %s ms\n", r.Machine, r.Journal,
		plural(int64(r.Params), "time"), r.Seed, decimal(r.Cat, 0))
	parts := []string{head + r.caveats(), write(r.duelTable())}
	if slow := r.slowPeers(); slow != "" {
		parts = append(parts, slow)
	}
	if len(r.Unforeseen) > 0 {
		parts = append(parts, write(r.unforeseenTable()))
	}
	if len(r.Loads) > 0 {
		parts = append(parts, write(r.loadTable()))
	}
	parts = append(parts, write(loadedTable(r.Loaded, r.Journal.Bytes)), write(r.indexTable()))
	_, err := io.WriteString(w, strings.Join(parts, "\n"))
	return err
}

// caveats says what keeps the figures from meaning what they should; "" for
// nothing.
func (r *peersReport) caveats() string {
	var b strings.Builder
	if r.Small {
		fmt.Fprintf(&b, "NOT JUDGED beside peers: bounds are of %s lines, and with fewer a request costs more than what it asks for\n", grouped(judgedLines))
	}
	switch {
	case !r.Index.Built:
		b.WriteString("NO INDEX WAS BUILT FIRST: the program has no command for it. What its server built while it answered, if anything, is in the figures\n")
	case r.Index.Changed:
		b.WriteString("THE INDEX CHANGED while queries were timed: it was not complete\n")
	}
	if len(r.Unforeseen) > 0 && !r.Unforeseen[0].Baseline {
		b.WriteString("NO SCAN TO COMPARE WITH: the program has no " + noIndex + "\n")
	}
	return b.String()
}

// duelTable returns the table of the twelve questions.
func (r *peersReport) duelTable() *table {
	names := []string{peer.DuckDB, peer.SQLite, peer.SQLiteTrigram, peer.Pipelines}
	t := &table{head: []string{"median ms", daybookName}}
	t.head = append(append(t.head, names...), "best peer", "ratio", "at least", "verdict")
	for _, q := range r.Queries {
		row := []string{q.Question + " " + q.Text}
		if !q.Served {
			row = append(row, "-", "-", "-", "-", "-", "-", "-", decimal(q.Bound, 0), "not served")
			t.add(row...)
			continue
		}
		row = append(row, decimal(q.Daybook.Median, 2))
		for _, name := range names {
			row = append(row, known(q.median(name), 1))
		}
		t.add(append(row, q.Best, decimal(q.Ratio, 1), decimal(q.Bound, 0), r.compared(q.Met))...)
	}
	return t
}

// slowPeers names peers that are much slower than the study found them.
func (r *peersReport) slowPeers() string {
	var b strings.Builder
	for _, q := range r.Queries {
		for _, p := range q.Peers {
			if p.Slow {
				fmt.Fprintf(&b, "SLOW PEER: %s takes %s ms for %s; the study's figure, scaled, allows %s ms\n",
					p.Name, decimal(p.Timing.Median, 1), q.Question, decimal(p.Allowed, 1))
			}
		}
	}
	return b.String()
}

// unforeseenTable returns the table of queries that no index was made for.
func (r *peersReport) unforeseenTable() *table {
	t := &table{head: []string{"nobody foresaw", "median ms", "worst ms", "scan ms", "times faster", "bound", "verdict"}}
	for _, u := range r.Unforeseen {
		bound := decimal(u.Bound, 0) + " ms"
		if u.AtLeast > 0 {
			bound = decimal(u.AtLeast, 0) + " times"
		}
		judged := notJudged
		if r.judges(u) {
			judged = verdict(u.Met)
		}
		t.add(u.Text, decimal(u.Daybook.Median, 2), decimal(u.Worst, 2), known(u.Scan.Median, 1), known(u.Ratio, 1), bound, judged)
	}
	return t
}

// loadTable returns the table of many connections.
func (r *peersReport) loadTable() *table {
	t := &table{head: []string{"many connections", "connections", "a second", "at least", "p50 ms", "p99 ms", "p99/p50", "at most", "verdict"}}
	for _, l := range r.Loads {
		t.add(l.Text, grouped(int64(l.Connections)), grouped(int64(l.Rate)), grouped(int64(l.RateBound)), decimal(l.Median, 2), decimal(l.P99, 2),
			decimal(l.Spread, 1), decimal(l.SpreadBound, 0), r.compared(l.Met))
	}
	return t
}

// loadedTable returns the table of what peers keep of a journal of so many bytes.
func loadedTable(loaded []*loadResult, raw int64) *table {
	t := &table{head: []string{"peers' loading", "seconds", "MiB at rest", "% of raw", "when"}}
	for _, l := range loaded {
		when := "this run"
		if l.Kept {
			when = "kept"
		}
		for _, step := range l.Steps {
			t.add(l.Name+" "+step.Name, decimal(step.Seconds, 1), mebibytes(step.Bytes), decimal(100*float64(step.Bytes)/float64(raw), 0), when)
		}
	}
	return t
}

// indexTable returns the table of daybook's index and memory.
func (r *peersReport) indexTable() *table {
	t := &table{head: []string{"daybook's own", "figure", "at most", "verdict"}}
	if r.Index.Built {
		i := &r.Index
		t.add("build, seconds", decimal(i.Seconds, 1), decimal(i.Bound, 1), r.compared(i.Seconds <= i.Bound))
		t.add("index, MiB", mebibytes(i.Bytes), "", "")
		t.add("index, % of raw", decimal(100*i.Share, 1), decimal(100*i.ShareBound, 0), r.compared(i.Share <= i.ShareBound))
	}
	t.add("heap in use at the end, MiB", mebibytes(r.Size.Heap), mebibytes(r.Size.Bound), verdict(r.Size.Met))
	t.add("peak resident size, MiB", mebibytes(r.Size.Peak), "", "")
	return t
}

// known returns x with so many decimals; "-" for 0, which stands for none.
func known(x float64, decimals int) string {
	if x == 0 {
		return "-"
	}
	return decimal(x, decimals)
}

// joined returns texts with commas between them.
func joined(texts []string) string { return strings.Join(texts, ", ") }
