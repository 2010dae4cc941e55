package logstore

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"daybook/logstore/segment"
)

// An Explanation says how an answer was found.
type Explanation struct {
	Took       float64              `json:"took"`       // milliseconds, from the request's turn on
	Steps      []ExplainedStep      `json:"steps"`      // select, index, scan, fetch: one after the other
	Conditions []ExplainedCondition `json:"conditions"` // in the order in which they were evaluated
}

// An ExplainedStep says what one step read. Where a step has no use for a
// number, that is zero.
type ExplainedStep struct {
	Step       string  `json:"step"`       // select files, search their index, scan those without, fetch the page's rows
	Took       float64 `json:"took"`       // milliseconds
	Files      int64   `json:"files"`      // that it is about: selected, with an index, scanned, with rows of the page
	Skipped    int64   `json:"skipped"`    // files: of other times, with an index of no help, without a line that may match
	Segments   int64   `json:"segments"`   // of the index that were searched
	Candidates int64   `json:"candidates"` // records of which the index could not tell whether they match
	Lines      int64   `json:"lines"`      // that were looked at one by one
	Bytes      int64   `json:"bytes"`      // read of day files, after decompression
	Matches    int64   `json:"matches"`    // found
}

// An ExplainedCondition says how a condition was decided in the index. What is
// scanned is decided line by line.
type ExplainedCondition struct {
	Condition  string `json:"condition"`  // as in params; several that compare the time are one
	By         string `json:"by"`         // dictionary, number, time, text; lines where there is no index; constant where all match or none
	Values     int64  `json:"values"`     // distinct values that match, in all segments
	Of         int64  `json:"of"`         // and how many there are
	Left       int64  `json:"left"`       // records that may match after it and those before it
	Candidates int64  `json:"candidates"` // of these, those that only their lines can tell
}

// A traceStep is one of the steps of a query.
type traceStep uint8

const (
	selecting traceStep = iota
	searching
	scanning
	fetching
	traceSteps
)

var stepNames = [traceSteps]string{"select", "index", "scan", "fetch"}

// A traced is a number of a step.
type traced uint8

const (
	tracedTime traced = iota // nanoseconds
	tracedFiles
	tracedSkipped
	tracedSegments
	tracedCandidates
	tracedLines
	tracedBytes
	tracedMatches
	tracedNumbers
)

// A trace collects what explains an answer. A nil one collects nothing.
type trace struct {
	began   time.Time
	numbers [traceSteps][tracedNumbers]atomic.Int64

	mu         sync.Mutex
	explained  bool          // the conditions, by segments
	explaining time.Duration // which is no part of the answer's time
	conditions map[int]*tracedCondition
}

// A tracedCondition is what segments tell of a condition.
type tracedCondition struct {
	ExplainedCondition
	position, segments int // their sum, to find the usual order
}

func newTrace() *trace {
	return &trace{began: time.Now(), conditions: make(map[int]*tracedCondition)}
}

// add adds to a number of a step.
func (t *trace) add(step traceStep, what traced, n int64) {
	if t != nil {
		t.numbers[step][what].Add(n)
	}
}

// time adds the time until the function is called that it returns.
func (t *trace) time(step traceStep) (done func()) {
	if t == nil {
		return func() {}
	}
	began := time.Now()
	return func() { t.add(step, tracedTime, int64(time.Since(began))) }
}

// note adds what a segment tells of the conditions.
func (t *trace) note(all []segment.Explained) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for position, e := range all {
		c := t.conditions[e.Conditions[0]]
		if c == nil {
			c = &tracedCondition{}
			c.By = [...]string{segment.ByDictionary: "dictionary", segment.ByTime: "time", segment.ByNumber: "number", segment.ByText: "text"}[e.By]
			t.conditions[e.Conditions[0]] = c
		}
		c.position += position
		c.segments++
		c.Values += int64(e.Values)
		c.Of += int64(e.Of)
		c.Left += int64(e.Left)
		c.Candidates += int64(e.Candidates)
	}
}

// explanation returns what was collected of q, which has found its answer; nil
// if that was not asked for.
func (q *query) explanation() *Explanation {
	t := q.trace
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x := &Explanation{Took: milliseconds(time.Since(t.began) - t.explaining), Conditions: q.explainConditions()}
	for step := range traceSteps {
		n := &t.numbers[step]
		x.Steps = append(x.Steps, ExplainedStep{
			Step: stepNames[step], Took: milliseconds(time.Duration(n[tracedTime].Load())),
			Files: n[tracedFiles].Load(), Skipped: n[tracedSkipped].Load(), Segments: n[tracedSegments].Load(),
			Candidates: n[tracedCandidates].Load(), Lines: n[tracedLines].Load(), Bytes: n[tracedBytes].Load(),
			Matches: n[tracedMatches].Load(),
		})
	}
	return x
}

// milliseconds returns d with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// explainConditions lists the conditions in the order in which segments
// evaluated them most often, or else as the scan does.
func (q *query) explainConditions() []ExplainedCondition {
	groups := make([][]int, 0, len(q.request.Query.Where))
	for i := range q.program.Steps() {
		groups = append(groups, []int{q.program.StepCondition(i)})
	}
	for _, times := range [][]int{q.request.Query.TimeConditions(), q.program.TimeTextConditions()} {
		if len(times) > 0 {
			groups = append(groups, times)
		}
	}
	for i := range q.program.Anywhere() {
		groups = append(groups, []int{q.program.AnyCondition(i)})
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(q.trace.usual(a[0]), q.trace.usual(b[0])) })
	all := []ExplainedCondition{}
	told := make([]bool, len(q.request.Query.Where))
	for _, group := range groups {
		c := ExplainedCondition{By: "lines"}
		if found := q.trace.conditions[group[0]]; found != nil {
			c = found.ExplainedCondition
		}
		var texts []string
		for _, i := range group {
			told[i] = true
			texts = append(texts, q.request.Query.DescribeCondition(i))
		}
		c.Condition = strings.Join(texts, " and ")
		all = append(all, c)
	}
	for i, told := range told {
		if !told {
			all = append(all, ExplainedCondition{Condition: q.request.Query.DescribeCondition(i), By: "constant"})
		}
	}
	return all
}

// usual returns the mean position of a condition in the order of segments; 0
// where there is none.
func (t *trace) usual(condition int) float64 {
	c := t.conditions[condition]
	if c == nil {
		return 0
	}
	return float64(c.position) / float64(c.segments)
}

// explain lets the segments tell how they decide the conditions, once. The
// caller guards against what is wrong with an index.
func (s *indexedSearch) explain() error {
	if s.trace == nil || s.trace.explained || s.program.Never() {
		return nil
	}
	s.trace.explained = true
	began := time.Now()
	var units []unit
	for i, src := range s.snap.sources {
		if src.index == nil {
			continue
		}
		for _, seg := range src.index.segments {
			units = append(units, func(*worker) unit {
				mem := s.memory()
				defer s.store.segments.Put(mem)
				defer s.caught(i)
				m := s.program.Matcher(s.store.opts.Format.unescape())
				m.StopOn(s.ctx.Done())
				s.trace.note(seg.Explain(s.request.Query, s.program, m, mem))
				return nil
			})
		}
	}
	before := len(s.gaveUp)
	err := s.store.pool.runAll(s.ctx, units)
	s.trace.explaining += time.Since(began)
	if err == nil && len(s.gaveUp) > before {
		return errNotIndexed // an index is not what it was
	}
	return err
}

// again begins another pass over the same files: what it finds replaces what the
// last one found, and what it reads is added.
func (t *trace) again() {
	if t == nil {
		return
	}
	for _, step := range []traceStep{searching, scanning} {
		for _, what := range []traced{tracedFiles, tracedSkipped, tracedSegments, tracedMatches} {
			t.numbers[step][what].Store(0)
		}
	}
}

// selected notes what a snapshot is of.
func (t *trace) selected(snap *snapshot) {
	if t == nil {
		return
	}
	t.add(selecting, tracedFiles, int64(len(snap.sources)))
	t.add(selecting, tracedSkipped, int64(snap.passed))
	t.add(selecting, tracedBytes, snap.measured)
}

// tracePlan notes whether anything of a source is scanned.
func (s *scan) tracePlan(src *source, c *walk) {
	switch {
	case s.trace == nil, s.unindexed && src.index != nil && !src.index.live:
	case c.from < c.to && src.enc == plain, src.enc != plain && (c.program != nil || !src.whole):
		s.trace.add(scanning, tracedFiles, 1)
	case s.unindexed && src.index != nil:
	default:
		s.trace.add(scanning, tracedSkipped, 1)
	}
}
