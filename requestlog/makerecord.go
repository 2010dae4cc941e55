package requestlog

import (
	"net/http"

	"daybook/internal/mask"
)

// A maker makes records of entries. It is for one goroutine.
type maker struct {
	proxies       Proxies
	bodyLimit     int
	responsesFrom int
	agents        agents
}

// record returns the record of e, without an id and the times of its writing.
func (k *maker) record(e *Entry) *Record {
	m := learned(e)
	browser := k.agents.parse(e.RequestHeader.Get("User-Agent"))
	text := func(s string, most int) *string { return new(cut(m.Text(valid(s)), most, 0)) }
	// What the server itself says is not masked for what clients say: a client that
	// calls a name its token would hide what it did.
	own := func(s string) *string { return new(cut(mask.Tokens(valid(s)), maxName, 0)) }
	family := func(s string) *string {
		if isFamily(s) {
			return &s
		}
		return text(s, maxName)
	}
	r := &Record{
		User:          maskUser(e.User),
		Device:        family(browser.device),
		DeviceType:    new(browser.deviceType),
		IsBot:         new(browser.bot),
		OS:            family(browser.os),
		Browser:       family(browser.browser),
		Scheme:        optional(k.proxies.Scheme(e.Scheme, e.Remote, e.RequestHeader)),
		Endpoint:      own(e.Endpoint),
		Method:        new(e.Method),
		StartedAt:     timestamp(e.Started),
		QueryParams:   maskQuery(m, e.Query),
		Body:          maskBody(m, &e.Body, k.bodyLimit),
		ExceptionType: optional(*own(e.ExceptionType)),

		RequestHeaders:     maskHeader(m, e.RequestHeader),
		ResponseHeaders:    maskHeader(m, e.ResponseHeader),
		ExceptionMessage:   optional(*text(e.ExceptionMessage, maxMessage)),
		ExceptionTraceback: optional(*text(e.ExceptionTraceback, maxTraceback)),
	}
	if e.EndpointSent {
		r.Endpoint = text(e.Endpoint, maxName)
	}
	if !isMethod(e.Method) {
		r.Method = text(e.Method, maxMethod)
	}
	if e.Remote.IsValid() {
		r.IP = new(k.proxies.Client(e.Remote, e.RequestHeader).String())
	}
	if e.Status != 0 {
		r.StatusCode = new(e.Status)
	}
	if e.Status >= k.responsesFrom {
		r.Response = maskBody(m, &e.Response, k.bodyLimit)
	}
	// What was measured is right even where a clock was set meanwhile.
	r.FinishedAt = timestamp(e.Started.Round(0).Add(e.Duration))
	r.Duration = Seconds(r.FinishedAt.Sub(r.StartedAt.Time))
	return r
}

// isMethod reports whether a method is one that many requests have, and so no
// secret.
func isMethod(method string) bool {
	switch method {
	case "WS", "TCP",
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// learned returns a masker that knows the secrets of e.
func learned(e *Entry) *mask.Masker {
	m := new(mask.Masker)
	for _, secret := range e.Secrets {
		m.Learn(secret)
	}
	m.LearnHeader(e.RequestHeader)
	m.LearnForm(e.Query)
	learnBody(m, &e.Body)
	m.Answer = true
	m.LearnHeader(e.ResponseHeader)
	learnBody(m, &e.Response)
	return m
}

// maskUser returns u as it is stored. The names are the server's own.
func maskUser(u *User) *User {
	if u == nil {
		return nil
	}
	shown := *u
	shown.Username = cut(mask.Tokens(valid(u.Username)), maxName, 0)
	shown.FullName = cut(mask.Tokens(valid(u.FullName)), maxName, 0)
	if u.Mobile != nil {
		shown.Mobile = new(cut(mask.Tokens(valid(*u.Mobile)), maxName, 0))
	}
	return &shown
}

// shorten makes r shorter, as its line does not fit: what it says of the request
// stays, what was said in it goes.
func (r *Record) shorten() {
	for _, body := range [...]*[]byte{(*[]byte)(&r.Body), (*[]byte)(&r.Response)} {
		if *body != nil {
			*body = quoted(cut("", 0, int64(len(*body))))
		}
	}
	if r.ExceptionTraceback != nil {
		r.ExceptionTraceback = new(cut("", 0, int64(len(*r.ExceptionTraceback))))
	}
}
