package rpc

import (
	"strings"

	"daybook/logstore"

	"github.com/prometheus/client_golang/prometheus"
)

// journalFamilies are the families of metrics about one journal: where their
// figures come from, and how they are called. Dashboards know those of the audit
// journal by names without a label, so that those of the journal of requests have
// other names, and not another label.
type journalFamilies struct {
	stats   func() logstore.Stats
	prefix  string // of the names
	watched string // prefix of the names that are about following
	subject string // what the help texts are about, where they have to say it
}

// auditFamilies are about the audit journal.
func auditFamilies(stats func() logstore.Stats) *journalFamilies {
	return &journalFamilies{stats: stats, prefix: "daybook_", watched: "daybook_journal_"}
}

// requestFamilies are about the journal of requests that is shown.
func requestFamilies(stats func() logstore.Stats) *journalFamilies {
	const prefix = "daybook_request_journal_"
	return &journalFamilies{stats, prefix, prefix, "Journal of requests: "}
}

// help returns a sentence with what it is about.
func (j *journalFamilies) help(sentence string) string {
	if j.subject == "" {
		return sentence
	}
	return j.subject + strings.ToLower(sentence[:1]) + sentence[1:]
}

// collectors are those of all families.
func (j *journalFamilies) collectors() []prometheus.Collector {
	return []prometheus.Collector{j.figures(), j.unreadableFiles(), j.incidents()}
}

// counter and gauge are those of figures, with a name and a help text that say which
// journal it is.
func (j *journalFamilies) counter(name, help string, value func(logstore.Stats) float64) figure[logstore.Stats] {
	return counter(j.prefix+name, j.help(help), value)
}

func (j *journalFamilies) gauge(name, help string, value func(logstore.Stats) float64) figure[logstore.Stats] {
	return gauge(j.prefix+name, j.help(help), value)
}

// figures are what the journal's reader counts.
func (j *journalFamilies) figures() prometheus.Collector {
	type st = logstore.Stats
	return &figures[st]{j.stats, []figure[st]{
		j.counter("scanned_bytes_total", "Bytes of day files that queries read, after decompression.",
			func(s st) float64 { return float64(s.BytesScanned) }),
		j.counter("scanned_lines_total", "Lines that queries looked at.",
			func(s st) float64 { return float64(s.LinesScanned) }),
		j.counter("malformed_lines_total", "Malformed lines met for the first time.",
			func(s st) float64 { return float64(s.Malformed) }),
		j.counter("indexed_queries_total", "Queries that the index helped to answer.",
			func(s st) float64 { return float64(s.Indexed) }),
		j.gauge("index_files", "Day files whose index is in use.",
			func(s st) float64 { return float64(s.IndexedFiles) }),
		j.gauge("index_files_missing", "Day files that are to have an index and have none yet.",
			func(s st) float64 { return float64(s.UnindexedFiles) }),
		j.gauge("index_bytes", "Size of the indexes in use.",
			func(s st) float64 { return float64(s.IndexBytes) }),
		j.gauge("index_live_bytes", "Bytes of day files that are written to whose records have segments.",
			func(s st) float64 { return float64(s.LiveBytes) }),
		j.counter("indexes_set_aside_total", "Indexes that could not be used and were set aside.",
			func(s st) float64 { return float64(s.IndexAside) }),
		j.gauge("queries_running", "Queries that run.",
			func(s st) float64 { return float64(s.Running) }),
		j.gauge("queries_waiting", "Queries that wait to run.",
			func(s st) float64 { return float64(s.Waiting) }),
		gauge(j.watched+"lag_seconds", j.help("Age of the oldest byte of the journal that is not followed yet."),
			func(s st) float64 { return s.Lag.Seconds() }),
	}}
}

// sharedFigures are what only the audit journal has, and what is of both journals
// together.
func sharedFigures(stats func() logstore.Stats) prometheus.Collector {
	type st = logstore.Stats
	return &figures[st]{stats, []figure[st]{
		counter("daybook_live_rows_dropped_total", "Live rows that were dropped because their subscriber reads too slowly.",
			func(s st) float64 { return float64(s.LiveDropped) }),
		gauge("daybook_exports", "Exports that run.",
			func(s st) float64 { return float64(s.Exports) }),
	}}
}

// unreadableFiles is a collector of the files that could not be read, by
// reason.
func (j *journalFamilies) unreadableFiles() prometheus.Collector {
	desc := prometheus.NewDesc(j.prefix+"unreadable_files_total",
		j.help("Day files that could not be read, by reason."), []string{"reason"}, nil)
	return &labelled{desc, func() map[string]int64 {
		byLabel := make(map[string]int64)
		for reason, n := range j.stats().Problems {
			byLabel[reasonLabel(reason)] += n
		}
		return byLabel
	}}
}

// incidents is a collector of what happened to day files and should not have, by
// kind: each of them from 0 on, since Prometheus sees no increase in a series that
// begins with its first incident.
func (j *journalFamilies) incidents() prometheus.Collector {
	desc := prometheus.NewDesc(j.watched+"incidents_total",
		j.help("Day files that were truncated, overwritten, deleted or appended to late, and the like, by kind."), []string{"kind"}, nil)
	return &labelled{desc, func() map[string]int64 {
		byKind := make(map[string]int64)
		counted := j.stats().Incidents
		for _, kind := range logstore.IncidentKinds() {
			byKind[string(kind)] = counted[kind]
		}
		return byKind
	}}
}

// reasonLabel returns the part of a reason that is one of a few: what follows a
// colon is about the one file, with numbers in it, and would make new series
// without end.
func reasonLabel(reason string) string {
	label, _, _ := strings.Cut(reason, ": ")
	return strings.ToValidUTF8(label, "\ufffd")
}
