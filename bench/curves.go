package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"daybook/bench/chart"
	"daybook/bench/workload"
)

// What the curves go over. A year is the longest stretch of days.
const (
	yearDays   = 365
	mostAsking = 64 // connections at once
)

// A curveReport is what the curves part found: one picture for each curve.
type curveReport struct {
	Machine machine        `json:"machine"`
	Journal journalSize    `json:"journal"`
	Built   bool           `json:"built"` // the index, before anything was timed
	Charts  []*chart.Chart `json:"charts"`
}

// curves measures what queries cost as the journal, the days asked for, the
// offset and the number of clients grow, and draws it.
func (b *bench) curves(ctx context.Context) (*curveReport, error) {
	r := &curveReport{Machine: thisMachine("")}
	lines := &chart.Chart{Name: "bench-lines", Title: "Median time of a query, 30 days", X: "lines in the journal", Y: "ms"}
	for _, n := range []int64{b.lines / 10, 3 * b.lines / 10, b.lines} {
		err := b.onJournal(ctx, r, bigDays, n, func(ctx context.Context, c *course) error {
			if err := c.timeQuestions(ctx, lines, float64(n), nil); err != nil || n < b.lines {
				return err
			}
			return c.onBiggest(ctx, r)
		})
		if err != nil {
			return nil, err
		}
	}
	days := &chart.Chart{Name: "bench-days", Title: "Median time of a query, a journal of a year", X: "days asked for", Y: "ms"}
	err := b.onJournal(ctx, r, yearDays, b.lines, func(ctx context.Context, c *course) error {
		for _, n := range []int{1, 7, 30, 90, yearDays} {
			last := c.journal.All().Last
			if err := c.timeQuestions(ctx, days, float64(n), &workload.Span{First: last.AddDate(0, 0, 1-n), Last: last}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.Charts = append([]*chart.Chart{lines, days}, r.Charts...)
	return r, b.draw(r.Charts)
}

// draw writes the pictures, into a folder that it makes.
func (b *bench) draw(charts []*chart.Chart) error {
	if err := os.MkdirAll(b.pictures, 0o755); err != nil {
		return err
	}
	for _, c := range charts {
		if err := os.WriteFile(filepath.Join(b.pictures, c.Name+".svg"), c.SVG(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A course is a server with an index on which points are measured.
type course struct {
	*bench
	server  *server
	conn    *connection
	journal *workload.Sample
	drawer  *workload.Drawer
}

// onJournal measures on a server over a journal of so many days and lines.
func (b *bench) onJournal(ctx context.Context, r *curveReport, days int, lines int64, measure func(context.Context, *course) error) (err error) {
	j, journal, err := b.sampledJournal(ctx, days, lines)
	if err != nil {
		return err
	}
	drawer, err := workload.NewDrawer(journal, b.seed)
	if err != nil {
		return err
	}
	var index indexResult
	s, err := b.startIndexed(ctx, j, &index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.awaitLatest(ctx, j); err != nil {
		return err
	}
	conn, err := connect(ctx, s)
	if err != nil {
		return err
	}
	defer conn.close()
	r.Journal, r.Built = sizeOf(journal), index.Built
	b.say("curves: %s over %s", plural(lines, "line"), plural(int64(days), "day"))
	return measure(ctx, &course{bench: b, server: s, conn: conn, journal: journal, drawer: drawer})
}

// timeQuestions adds a point to each line of a chart: the median of some
// questions over a span, nil for what each asks by itself.
func (c *course) timeQuestions(ctx context.Context, into *chart.Chart, x float64, span *workload.Span) error {
	for _, question := range workload.Questions() {
		switch question.Name {
		case "Q2", "Q5", "Q7", "Q11":
		default:
			continue // one day only, or much like one of these
		}
		y, err := c.median(ctx, func() *workload.Query {
			q := c.drawer.Draw(question)
			if span != nil {
				q.Span = span
			}
			return q
		})
		if errors.Is(err, errNotServed) {
			continue
		}
		if err != nil {
			return err
		}
		addPoint(into, question.Name+" "+question.Text, chart.Point{X: x, Y: y})
	}
	return nil
}

// onBiggest measures the curves that one journal is enough for.
func (c *course) onBiggest(ctx context.Context, r *curveReport) error {
	offsets, err := c.timeOffsets(ctx)
	if err != nil {
		return err
	}
	r.Charts = append(r.Charts, offsets)
	if c.load == 0 {
		return nil
	}
	rate, late, err := c.timeClients(ctx)
	r.Charts = append(r.Charts, rate, late)
	return err
}

// timeOffsets measures pages from the first to one beyond the end, in orders
// that the files are in and that they are not in. No request comes twice.
func (c *course) timeOffsets(ctx context.Context) (*chart.Chart, error) {
	offsets := []int64{0}
	for next := int64(10); next < c.journal.Lines(nil); next *= 10 {
		offsets = append(offsets, next)
	}
	offsets = append(offsets, c.journal.Lines(nil))
	into := &chart.Chart{Name: "bench-offset", Title: "Median time of a page, 30 days", X: "offset (0 drawn as 1)", Y: "ms"}
	for _, order := range []workload.Order{{Field: workload.Timestamp, Descending: true}, {Field: workload.Source}, {Field: workload.ActorID}} {
		for _, offset := range offsets {
			limit := int64(pageRows)
			y, err := c.median(ctx, func() *workload.Query {
				limit++
				return &workload.Query{Name: "page", Order: &order, Limit: limit, Offset: offset}
			})
			if err != nil {
				return nil, err
			}
			addPoint(into, "by "+string(order.Field), chart.Point{X: float64(max(1, offset)), Y: y})
		}
	}
	return into, nil
}

// timeClients measures the documentation's example, Q1 and Q2, with more and
// more clients at once.
func (c *course) timeClients(ctx context.Context) (rate, late *chart.Chart, err error) {
	rate = &chart.Chart{Name: "bench-clients-rate", Title: "Requests a second, varied parameters", X: "clients at once", Y: "a second"}
	late = &chart.Chart{Name: "bench-clients-p99", Title: "99th percentile, varied parameters", X: "clients at once", Y: "ms"}
	for _, question := range workload.Questions()[:2] {
		for clients := 1; clients <= mostAsking; clients *= 2 {
			c.say("curves: %s, %s", question.Name, plural(int64(clients), "client"))
			t, err := drive(ctx, c.server, clients, c.load, messages(c.drawer, question, c.journal))
			if err != nil {
				return nil, nil, err
			}
			addPoint(rate, question.Name+" "+question.Text, chart.Point{X: float64(clients), Y: t.Rate})
			addPoint(late, question.Name+" "+question.Text, chart.Point{X: float64(clients), Y: t.P99})
		}
	}
	return rate, late, nil
}

// median asks what next draws, once for nothing and then up to b.draws times,
// and returns the median in milliseconds.
func (c *course) median(ctx context.Context, next func() *workload.Query) (float64, error) {
	asked := &daybook{conn: c.conn, all: c.journal.All()}
	var tooks []time.Duration
	for began := time.Now(); len(tooks) <= c.draws && (len(tooks) <= leastRuns || time.Since(began) < enough); {
		_, took, err := asked.Answer(ctx, next())
		if err != nil {
			return 0, err
		}
		tooks = append(tooks, took)
	}
	return milliseconds(median(tooks[1:])), nil
}

// addPoint adds a point to a chart's line of that name, which it begins where
// there is none.
func addPoint(c *chart.Chart, name string, p chart.Point) {
	i := slices.IndexFunc(c.Lines, func(l chart.Line) bool { return l.Name == name })
	if i < 0 {
		i = len(c.Lines)
		c.Lines = append(c.Lines, chart.Line{Name: name})
	}
	c.Lines[i].Points = append(c.Lines[i].Points, p)
}

// print writes the points as tables in the form that write gives them.
func (r *curveReport) print(w io.Writer, write func(*table) string) error {
	head := fmt.Sprintf("%v\n%v\n", r.Machine, r.Journal)
	if !r.Built {
		head += "NO INDEX WAS BUILT FIRST: the program has no command for it\n"
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for _, c := range r.Charts {
		t := &table{head: []string{c.Title, c.X, c.Y}}
		for _, line := range c.Lines {
			for _, p := range line.Points {
				t.add(line.Name, grouped(int64(p.X)), decimal(p.Y, 2))
			}
		}
		if _, err := io.WriteString(w, "\n"+write(t)); err != nil {
			return err
		}
	}
	return nil
}
