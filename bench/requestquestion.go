package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"time"

	"daybook/bench/peer"
)

// What the list of requests has to keep.
const (
	firstPageBound = 5 * time.Millisecond
	searchBound    = 50 * time.Millisecond
	slowBound      = 10 * time.Millisecond
	requestRatio   = 5 // times SQLite's

	// deepBound is what pages far behind may take, as a multiple of first ones: no
	// more, but for what two measurements of the same differ.
	deepBound = 1.25
	// deepPairs is how many of each are measured, as a multiple of -params: they take
	// little.
	deepPairs = 10

	// listDraws is how often each question is asked, as a multiple of -params: of a
	// quarter of a millisecond, the median of 15 differs by a fifth from run to run.
	listDraws = 4
)

// rareRequests is how many requests a rare term is found in, at most.
const rareRequests = 100

// A requestQuestion is a way to ask for the list of requests.
type requestQuestion struct {
	text    string
	bound   time.Duration // of the median; 0: none
	atLeast float64       // SQLite's time as a multiple of it; 0: not judged
	draw    func(ctx context.Context, d *requestDrawer) (*requestPage, error)
}

// A requestPage is a page of the list as daybook and as SQLite are asked for it.
type requestPage struct {
	params url.Values
	query  peer.RequestQuery
	// tailored is query with an index that was made for just this question; nil: none,
	// or query has it.
	tailored *peer.RequestQuery
}

// Orders of the list.
const (
	newestRequests  = "created_at DESC, id DESC"
	slowestRequests = "duration DESC, id DESC"
)

// requestQuestions returns what is asked.
func requestQuestions() []requestQuestion {
	return []requestQuestion{
		{"the first page", firstPageBound, requestRatio, func(context.Context, *requestDrawer) (*requestPage, error) {
			return newestFrom(0), nil
		}},
		{"a page behind four fifths", 0, requestRatio, func(_ context.Context, d *requestDrawer) (*requestPage, error) {
			return newestFrom(d.deep()), nil
		}},
		{"search: a rare user or address", searchBound, requestRatio, func(ctx context.Context, d *requestDrawer) (*requestPage, error) {
			term, err := d.rare(ctx, [...]string{"username", "ip"}[d.rng.IntN(2)])
			return d.page("search", term, peer.Found(term), newestRequests), err
		}},
		{"search: a user and a browser", 0, 0, func(ctx context.Context, d *requestDrawer) (*requestPage, error) {
			id, err := d.value(ctx, "user_id", "user_id IS NOT NULL")
			return d.page("search", id+" chrome", peer.Found(id, "chrome"), newestRequests), err
		}},
		{"status_code=500, a second or more, slowest first", slowBound, requestRatio, func(_ context.Context, d *requestDrawer) (*requestPage, error) {
			from := 1_000_000 + d.rng.IntN(100_000)
			p := d.page("status_code", "500", fmt.Sprintf("status_code = 500 AND duration >= %d", from), slowestRequests)
			p.params.Set("duration_from", strconv.FormatFloat(float64(from)/1e6, 'f', 6, 64))
			p.params.Set("ordering", "-duration")
			tailored := p.query
			p.tailored = &tailored
			p.query.CountBy, p.query.PageBy = peer.ByStatus, peer.ByDuration // of those with one field, the fastest for each
			return p, nil
		}},
		{"user", 0, 0, func(ctx context.Context, d *requestDrawer) (*requestPage, error) {
			id, err := d.value(ctx, "user_id", "user_id IS NOT NULL")
			return d.page("user", id, "user_id = "+id, newestRequests), err
		}},
		{"ip", 0, 0, func(ctx context.Context, d *requestDrawer) (*requestPage, error) {
			ip, err := d.value(ctx, "ip", "ip > ''")
			return d.page("ip", ip, "ip = '"+ip+"'", newestRequests), err
		}},
		{"endpoint, has_exception_type", 0, 0, func(ctx context.Context, d *requestDrawer) (*requestPage, error) {
			endpoint, err := d.value(ctx, "endpoint", "endpoint > ''")
			p := d.page("endpoint", endpoint, "endpoint = '"+endpoint+"' AND exception_type > ''", newestRequests)
			p.params.Set("has_exception_type", "true")
			return p, err
		}},
		{"ordering=-duration", 0, 0, func(_ context.Context, d *requestDrawer) (*requestPage, error) {
			return d.page("ordering", "-duration", "", slowestRequests), nil
		}},
		{"ordering=duration", 0, 0, func(_ context.Context, d *requestDrawer) (*requestPage, error) {
			return d.page("ordering", "duration", "", "duration, id"), nil
		}},
	}
}

// A requestDrawer draws parameters from the journal's records, as SQLite has them.
type requestDrawer struct {
	db    *peer.Requests
	rng   *rand.Rand
	first int64 // the least id; the others follow
	count int64 // of records
}

// newestFrom returns the page of the default list from an offset on.
func newestFrom(offset int64) *requestPage {
	p := &requestPage{params: url.Values{}, query: peer.RequestQuery{Order: newestRequests, Limit: 10, Offset: offset}}
	if offset > 0 {
		p.params.Set("offset", strconv.FormatInt(offset, 10))
	}
	return p
}

// deep draws an offset behind four fifths of the records.
func (d *requestDrawer) deep() int64 { return d.count*4/5 + d.rng.Int64N(1000) }

// page returns a page with a parameter and what that means in SQL. Its limit varies,
// so that hardly any request comes twice.
func (d *requestDrawer) page(name, value, where, order string) *requestPage {
	p := &requestPage{params: url.Values{}, query: peer.RequestQuery{Where: where, Order: order, Limit: 10 + d.rng.IntN(11)}}
	p.params.Set(name, value)
	p.params.Set("limit", strconv.Itoa(p.query.Limit))
	return p
}

// value returns a column of the first record, from one drawn at random on, for which
// a condition holds.
func (d *requestDrawer) value(ctx context.Context, column, where string) (string, error) {
	from := d.first + d.rng.Int64N(d.count)
	return d.db.Value(ctx, fmt.Sprintf("SELECT %s FROM requests r WHERE id >= %d AND %s LIMIT 1", column, from, where))
}

// rare returns a text of a column that few records have.
func (d *requestDrawer) rare(ctx context.Context, column string) (string, error) {
	indexed := column
	if column == "username" {
		indexed = "user_id"
	}
	return d.value(ctx, column, fmt.Sprintf("%[1]s IS NOT NULL AND (SELECT count(*) FROM requests o WHERE o.%[1]s = r.%[1]s) <= %d", indexed, rareRequests))
}

// target returns what daybook is asked for.
func (p *requestPage) target() string {
	if len(p.params) == 0 {
		return requestList
	}
	return requestList + "?" + p.params.Encode()
}
