package requestapi

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/internal/mask"
	"daybook/internal/quote"
	"daybook/logstore"
	"daybook/requestlog"

	"go.uber.org/zap"
)

// The routes of the API, as records of requests name them.
const (
	Prefix      = "/api/" // of all of them
	ListRoute   = "/api/metrics/request_logs"
	RecordRoute = "/api/metrics/request_logs/{id}"
)

// A handler serves the API.
type handler struct {
	Options
	format *resultFormat
	held   atomic.Int64 // bytes of answers that were found and not yet sent
}

// New returns the handler of everything below Prefix. It tells the middleware of
// package requestlog, where it runs behind that, the route, who asks, and what went
// wrong.
func New(o Options) http.Handler {
	h := &handler{Options: o.withDefaults(), format: newResultFormat()}
	mux := http.NewServeMux()
	nothing := route{pattern: Prefix}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, nothing) })
	for _, there := range [...]route{{ListRoute, h.list, listOptions}, {RecordRoute, h.record, recordOptions}} {
		endpoint := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "//") { // of a %2F, which the mux takes for the end
				h.serve(w, r, nothing)
				return
			}
			h.serve(w, r, there)
		})
		mux.Handle(there.pattern, endpoint)
		mux.Handle(there.pattern+"/{$}", endpoint)
	}
	return mux
}

// An exchange is one request and its answer.
type exchange struct {
	w   http.ResponseWriter
	r   *http.Request
	ctx context.Context // of the work for it
	who auth.Principal

	status int  // of the answer
	cut    bool // the client did not take all of it
	rows   int
	count  int64
}

// serve answers a request by what is at its route, for those who may.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, at route) {
	r.Pattern = at.pattern
	started := time.Now()
	ctx, stop := context.WithTimeout(r.Context(), h.Timeout)
	defer stop()
	x := &exchange{w: w, r: r, ctx: ctx, count: -1}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	err := h.answer(x, at)
	cause := h.refuse(x, err)
	took := time.Since(started)
	h.Answered(r.Pattern, x.status, took)
	h.log(x, took, cause)
	if x.cut {
		why := errGone
		if cause != nil {
			why, _, _ = h.told(cause)
		}
		requestlog.SetError(r.Context(), why.name, "the answer was cut off")
		panic(http.ErrAbortHandler)
	}
}

// answer answers, or says why not.
func (h *handler) answer(x *exchange, at route) (err error) {
	defer x.recovered(&err)
	if h.Draining() {
		return errDraining
	}
	if err := h.admit(x); err != nil {
		return err
	}
	if at.get == nil {
		return errNotFound
	}
	switch x.r.Method {
	case http.MethodGet, http.MethodHead:
		return at.get(x)
	case http.MethodOptions:
		x.w.Header().Set("Allow", allowed)
		h.send(x, http.StatusOK, []byte(at.options))
		return nil
	}
	return errMethod(x.r.Method)
}

// admit finds out who asks, and whether they may.
func (h *handler) admit(x *exchange) error {
	who, err := h.Principal(x.r)
	if err != nil {
		return notAdmitted(err, offersToken(x.r.Header))
	}
	x.who = who
	requestlog.SetUser(x.r.Context(), recordedUser(who))
	if !who.May(auth.ReadRequestLogs) {
		return errForbidden
	}
	return nil
}

// recordedUser returns who a principal is, as records of requests have it.
func recordedUser(p auth.Principal) *requestlog.User {
	u := &requestlog.User{Username: p.Name, FullName: p.Name}
	if p.ID != 0 {
		u.ID = &p.ID
	}
	return u
}

// list answers with a page of the list.
func (h *handler) list(x *exchange) error {
	sent := parseParameters(x.r.URL.RawQuery)
	asked, wrong := parseListing(sent)
	if len(wrong) > 0 {
		return &badParameters{wrong}
	}
	if format, ok := exportFormat(asked.format); ok {
		return h.export(x, asked, format, sent)
	}
	q := asked.query
	res, err := h.search(x, q, h.format.appendResult)
	if err != nil {
		return err
	}
	x.rows, x.count = len(res.Rows), res.Count
	links := newLinker(x.r, sent, h.Proxies)
	size := 512 // of what stands around the rows, mostly
	for _, row := range res.Rows {
		size += len(row) + 1
	}
	body := strconv.AppendInt(append(make([]byte, 0, size), `{"count":`...), res.Count, 10)
	body = appendLink(append(body, `,"next":`...), links.next(q.Offset, q.Limit, res.Count))
	body = appendLink(append(body, `,"previous":`...), links.previous(q.Offset, q.Limit))
	body = append(body, `,"results":[`...)
	for i, row := range res.Rows {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, row...)
	}
	h.send(x, http.StatusOK, append(body, `]}`...))
	return nil
}

// appendLink appends the address of a page; null for none.
func appendLink(dst []byte, link string) []byte {
	if link == "" {
		return append(dst, "null"...)
	}
	return quote.Append(dst, []byte(link))
}

// record answers with a single record.
func (h *handler) record(x *exchange) error {
	id, err := strconv.ParseUint(x.r.PathValue("id"), 10, 63)
	if err != nil || int64(id) > filter.MaxNumber {
		return errNotFound
	}
	res, err := h.search(x, oneRecord(int64(id)), h.format.appendRecord)
	if err != nil {
		return err
	}
	if len(res.Rows) == 0 {
		return errNotFound
	}
	x.rows = 1
	h.send(x, http.StatusOK, res.Rows[0])
	return nil
}

// search runs a query.
func (h *handler) search(x *exchange, q *filter.Query, render func([]byte, *logstore.Row) []byte) (*logstore.Result, error) {
	if h.held.Load() >= h.MaxHeld {
		return nil, errThrottled
	}
	return h.Store.Search(x.ctx, &logstore.Request{Query: q, Render: render, MaxBytes: h.MaxAnswer})
}

// log writes one line for a request that was answered.
func (h *handler) log(x *exchange, took time.Duration, cause error) {
	fields := []zap.Field{
		zap.String("method", x.shownMethod()+" "+x.r.Pattern),
		zap.String("transport", "http"),
		zap.String("addr", remoteAddr(x.r).String()),
		zap.Float64("duration_ms", float64(took)/float64(time.Millisecond)),
		zap.Int("status", x.status),
	}
	if x.who != (auth.Principal{}) {
		fields = append(fields, zap.Stringer("session", x.who.Session), zap.String("name", x.who.Name))
	}
	if x.count >= 0 {
		fields = append(fields, zap.Int("rows", x.rows), zap.Int64("count", x.count))
	}
	if x.cut {
		fields = append(fields, zap.Bool("cut", true))
	}
	if cause != nil {
		h.Log.Error("request", append(fields, zap.String("cause", x.withoutSecrets(cause.Error())))...)
		return
	}
	h.Log.Info("request", fields...)
}

// shownMethod returns the method as the log shows it: a client may take for a method
// what is its token.
func (x *exchange) shownMethod() string {
	switch x.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return x.r.Method
	}
	return x.withoutSecrets(x.r.Method)
}

// withoutSecrets returns text without what the client offered as secrets.
func (x *exchange) withoutSecrets(text string) string {
	var secrets mask.Masker
	secrets.LearnHeader(x.r.Header)
	secrets.LearnForm(x.r.URL.RawQuery)
	return secrets.Tokens(text)
}

// remoteAddr returns the address of r's peer, the zero Addr if it has none.
func remoteAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
