package rpc

import (
	"math"
	"strconv"
	"strings"
)

// contentTypeMetrics names the text format that an exposition is written in:
// prometheus.io/docs/instrumenting/exposition_formats.
const contentTypeMetrics = "text/plain; version=0.0.4; charset=utf-8"

// Kinds of metrics in an exposition.
const (
	counterKind   = "counter"
	gaugeKind     = "gauge"
	histogramKind = "histogram"
)

// An exposition is the text that Prometheus scrapes, as it grows: families of
// samples.
type exposition struct {
	text []byte
	name string // of the family that samples go to
}

// A label is a name with a value. Names are ours, values may be anyone's.
type label struct{ name, value string }

// family begins a metric. Its samples follow.
func (e *exposition) family(name, kind, help string) {
	e.name = name
	e.text = append(e.text, "# HELP "+name+" "+help+"\n"...)
	e.text = append(e.text, "# TYPE "+name+" "+kind+"\n"...)
}

// sample appends one value of the family; suffix is empty but for the parts of
// a histogram.
func (e *exposition) sample(suffix string, value float64, labels ...label) {
	e.text = append(e.text, e.name+suffix...)
	for i, l := range labels {
		e.text = append(e.text, "{,"[min(i, 1)])
		e.text = append(e.text, l.name+`="`...)
		e.text = append(e.text, escapeLabel(l.value)...)
		e.text = append(e.text, '"')
	}
	if len(labels) > 0 {
		e.text = append(e.text, '}')
	}
	e.text = append(e.text, ' ')
	e.text = append(e.text, formatValue(value)...)
	e.text = append(e.text, '\n')
}

// single is a family of one sample without labels.
func (e *exposition) single(name, kind, help string, value float64) {
	e.family(name, kind, help)
	e.sample("", value)
}

// escapeLabel returns value as it stands between quotes.
func escapeLabel(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\ufffd"))
}

// formatValue returns the shortest form of a value.
func formatValue(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// durationBuckets are the upper bounds, in seconds, of the buckets of a
// histogram: fine where a user feels the difference, up to the default limit
// of a request.
func durationBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25}
}

// A histogram counts values by their size.
type histogram struct {
	bounds []float64 // ascending
	counts []int64   // of values up to each bound and above the one before; the last: above all
	sum    float64
}

func newHistogram(bounds []float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]int64, len(bounds)+1)}
}

func (h *histogram) observe(v float64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i]++
	h.sum += v
}

// write appends the samples of h to the family of e.
func (h *histogram) write(e *exposition, labels ...label) {
	var total int64
	for i, n := range h.counts {
		total += n
		bound := math.Inf(1)
		if i < len(h.bounds) {
			bound = h.bounds[i]
		}
		e.sample("_bucket", float64(total), append(labels[:len(labels):len(labels)], label{"le", formatValue(bound)})...)
	}
	e.sample("_sum", h.sum, labels...)
	e.sample("_count", float64(total), labels...)
}
