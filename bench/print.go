package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
)

// print writes the results to w as tables, and to a file where o names one.
func (r *results) print(w io.Writer, o *options) error {
	if o.json != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	write := (*table).text
	if o.markdown {
		write = (*table).markdown
	}
	var err error
	if r.Scan != nil {
		err = r.Scan.print(w, write)
	}
	if r.Peers != nil && err == nil {
		err = r.Peers.print(w, write)
	}
	if r.Live != nil && err == nil {
		err = r.Live.print(w, write)
	}
	if r.Curves != nil && err == nil {
		err = r.Curves.print(w, write)
	}
	if r.Requests != nil && err == nil {
		err = r.Requests.print(w, write)
	}
	return err
}

// print writes the results to w as tables in the form that write gives them.
func (r *report) print(w io.Writer, write func(*table) string) error {
	caveat := ""
	if !r.NoIndex {
		caveat = "MAYBE NOT A SCAN: the program has no " + noIndex + "; an index that its server made is in the figures\n"
	}
	_, err := fmt.Fprintf(w, "%v\n%v, %s of each\n%s\n%s\n%s\n%s", r.Machine, r.Journal, plural(int64(r.Rounds), "timed run"), caveat,
		write(r.queryTable()), write(r.startTable()), write(r.peakTable()))
	return err
}

// queryTable returns the table of queries.
func (r *report) queryTable() *table {
	t := &table{head: []string{"query", "matches", "median ms", "best ms", "CPU ms", "rg median ms", "rg CPU ms", "ratio", "bound", "verdict"}}
	for _, q := range r.Queries {
		t.add(q.Name, grouped(q.Count), decimal(q.Daybook.Median, 1), decimal(q.Daybook.Best, 1), decimal(q.Daybook.CPU, 1),
			decimal(q.Ripgrep.Median, 1), decimal(q.Ripgrep.CPU, 1), decimal(q.Ratio, 2), decimal(q.Bound, 2), verdict(q.Met))
	}
	return t
}

// startTable returns the table of starts.
func (r *report) startTable() *table {
	t := &table{head: []string{"exec to first answer", "median ms", "best ms", "worst ms", "CPU ms", "peak MiB", "bound ms", "verdict"}}
	for _, s := range r.Starts {
		t.add(plural(int64(s.Journal.Files), "day file"), decimal(s.Times.Median, 1), decimal(s.Times.Best, 1), decimal(s.Worst, 1),
			decimal(s.Times.CPU, 1), mebibytes(s.Peak), decimal(s.Bound, 0), verdict(s.Met))
	}
	return t
}

// peakTable returns the table of the server's size.
func (r *report) peakTable() *table {
	t := &table{head: []string{"peak resident size", "MiB", "bound MiB", "verdict"}}
	t.add("server, after all queries", mebibytes(r.Peak.Bytes), mebibytes(r.Peak.Bound), verdict(r.Peak.Met))
	return t
}

// String describes the size in one line.
func (s journalSize) String() string {
	return plural(int64(s.Files), "day file") + ", " + plural(s.Lines, "line") + ", " + plural(s.Bytes, "byte")
}

// verdict says whether a bound was met, so that a miss is seen at once.
func verdict(met bool) string {
	if met {
		return "ok"
	}
	return "MISSED"
}

// decimal returns x with so many decimals.
func decimal(x float64, decimals int) string { return strconv.FormatFloat(x, 'f', decimals, 64) }

// mebibytes returns a size with one decimal; "-" for one that is not known.
func mebibytes(size int64) string {
	if size == 0 {
		return "-"
	}
	return decimal(float64(size)/(1<<20), 1)
}

// plural returns a number with its noun.
func plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// grouped returns n, which is not negative, with its digits in groups of
// three.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
