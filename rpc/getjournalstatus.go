package rpc

import (
	"context"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

// getJournalStatus returns the description of a journal's files.
func getJournalStatus(j journals) Method {
	return Method{
		Name:    "GetJournalStatus",
		Summary: "Describes the day files of a journal, and what has happened to them.",
		Action:  auth.ReadLogs,
		Needs:   j.needs,
		Query:   true,
		Params:  getJournalStatusParams(),
		Result:  getJournalStatusResult(),
		Decode: func(params []byte) (Call, error) {
			s, first, last, err := j.decodeDays(params)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, _ *Caller) (Answer, error) {
				return s.status(ctx, first, last)
			}, nil
		},
	}
}

// decodeDays reads the params of GetJournalStatus: the journal, and the days of two
// times, of which either may be left out. Of several faults it names an unknown or
// repeated param first, then the first in this order.
func (j journals) decodeDays(params []byte) (s *searcher, first, last logstore.Day, err error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, 0, 0, err
	}
	if err := p.Only(journalName, "from", "to"); err != nil {
		return nil, 0, 0, err
	}
	if err := j.check(p); err != nil {
		return nil, 0, 0, err
	}
	bounds := [...]int64{filter.MinTime, filter.MaxTime}
	for i, name := range [...]string{"from", "to"} {
		if !p.Has(name) {
			continue
		}
		if bounds[i], err = p.Time(name); err != nil {
			return nil, 0, 0, err
		}
	}
	return j.named(p), dayOf(bounds[0]), dayOf(bounds[1]), nil
}

// dayOf returns the day of a Unix second.
func dayOf(sec int64) logstore.Day {
	const seconds = 24 * 60 * 60
	day := sec / seconds
	if sec%seconds < 0 {
		day-- // division rounds towards 0
	}
	return logstore.Day(day)
}

// A journalStatus is the answer of GetJournalStatus.
type journalStatus struct {
	Days        []dayStatus      `json:"days"`
	Lag         float64          `json:"lag"` // seconds
	Incidents   []incidentStatus `json:"incidents"`
	Ignored     []string         `json:"ignored"`
	Subscribers int              `json:"subscribers"`
}

type dayStatus struct {
	Day   string       `json:"day"` // YYYY-MM-DD
	Files []fileStatus `json:"files"`
}

type fileStatus struct {
	Name      string   `json:"name"`
	Bytes     int64    `json:"bytes"`
	Lines     int64    `json:"lines"`
	Malformed int64    `json:"malformed"`
	Misfiled  int64    `json:"misfiled"`
	First     *int64   `json:"first"` // Unix seconds; null where there is no record
	Last      *int64   `json:"last"`
	State     string   `json:"state"`
	Problems  []string `json:"problems"`
}

type incidentStatus struct {
	Time   int64  `json:"time"` // Unix seconds
	Kind   string `json:"kind"`
	File   string `json:"file"` // "" for the whole folder
	Offset int64  `json:"offset"`
}

// status describes the files of the days from first to last.
func (s *searcher) status(ctx context.Context, first, last logstore.Day) (Answer, error) {
	if s.store == nil {
		return nil, s.missing()
	}
	st, err := s.store.Status(ctx, first, last)
	if err != nil {
		return nil, err
	}
	all := journalStatus{
		Days:        make([]dayStatus, len(st.Days)),
		Lag:         float64(st.Lag.Round(time.Millisecond).Milliseconds()) / 1000,
		Incidents:   make([]incidentStatus, len(st.Incidents)),
		Ignored:     append([]string{}, st.Ignored...),
		Subscribers: s.store.Stats().Subscribers,
	}
	for i, d := range st.Days {
		all.Days[i] = dayStatus{Day: d.Day.String(), Files: make([]fileStatus, len(d.Files))}
		for j := range d.Files {
			all.Days[i].Files[j] = newFileStatus(&d.Files[j])
		}
	}
	for i, n := range st.Incidents {
		all.Incidents[i] = incidentStatus{Time: n.Time.Unix(), Kind: string(n.Kind), File: n.File, Offset: n.Offset}
	}
	text := appendJSON(nil, all)
	if n := int64(len(text)); n > s.maxAnswer {
		return nil, &logstore.TooLargeError{Limit: s.maxAnswer, Actual: n}
	}
	return Bytes(text), nil
}

func newFileStatus(f *logstore.FileStatus) fileStatus {
	one := fileStatus{
		Name:      f.Name,
		Bytes:     f.Bytes,
		Lines:     f.Lines,
		Malformed: f.Malformed,
		Misfiled:  f.Misfiled,
		State:     f.State.String(),
		Problems:  append([]string{}, f.Problems...),
	}
	if f.HasRecords() {
		one.First, one.Last = &f.First, &f.Last
	}
	return one
}
