package badinput

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// most is how many bytes of an answer are read.
const most = 64 << 20

// overHTTP sends a case as an HTTP request, checks what comes, and then that
// the connection answers further requests.
func (r *runner) overHTTP(l *link, c *Case, s State) error {
	want := c.want(Way{HTTP, s})
	req := c.request
	if req == nil {
		body := r.body(c.message())
		req = &request{text: "POST {path} HTTP/1.1\r\nHost: {host}\r\n{auth}" + lines(jsonType, length(body)) + "\r\n", body: func() []byte { return []byte(body) }}
	}
	head := r.fill(req.text, r.authorization(s))
	method, _, _ := strings.Cut(head, " ")
	whole := []byte(head)
	if req.body != nil {
		whole = append(whole, req.body()...)
	}
	probes := r.probes(s, false)
	if req.pipelined {
		whole = append(whole, r.probe(probes[0].message, s)...)
	}
	l.send(whole)
	if req.cut {
		l.endSending()
	}
	resp, body, err := l.response(method)
	if err != nil {
		if errors.Is(err, errHang) || !slices.Contains(want.statuses(), noResponse) {
			return err
		}
		return nil
	}
	if err := checkResponse(&want, resp, body); err != nil {
		return err
	}
	return r.goesOnHTTP(l, probes, s, req.pipelined, want.Ends || resp.Close)
}

// goesOnHTTP sends the probes over l, or over a new link if that one has
// ended; the first may have been sent already.
func (r *runner) goesOnHTTP(l *link, probes []probe, s State, sent, ended bool) error {
	if ended {
		fresh, err := dial(r.host, r.patience)
		if err != nil {
			return err
		}
		defer fresh.close()
		l, sent = fresh, false
	}
	for _, p := range probes {
		if !sent {
			l.send(r.probe(p.message, s))
		}
		sent = false
		l.wait()
		resp, body, err := l.response("POST")
		if err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
		o := answers(p.want)
		if err := checkResponse(&o, resp, body); err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
	}
	return nil
}

// body fills the token into a message.
func (r *runner) body(message []byte) string {
	return strings.ReplaceAll(string(message), "{token}", r.target.Token)
}

// probe is a whole request that holds message.
func (r *runner) probe(message string, s State) []byte {
	return []byte(r.fill(post(message, jsonType), r.authorization(s)))
}

// response reads one response with its body; interim ones are passed over.
func (l *link) response(method string) (*http.Response, []byte, error) {
	for {
		resp, err := http.ReadResponse(l.in, &http.Request{Method: method})
		if err != nil {
			return nil, nil, fmt.Errorf("read response: %w", hang(err))
		}
		if resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, most))
		l.saw("%s %s", resp.Status, shorten(string(body)))
		if err != nil {
			return nil, nil, fmt.Errorf("read body of response %d: %w", resp.StatusCode, hang(err))
		}
		return resp, body, nil
	}
}

// checkResponse compares a response with what is wanted.
func checkResponse(want *outcome, resp *http.Response, body []byte) error {
	if !slices.Contains(want.statuses(), resp.StatusCode) {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	if want.Header != "" && resp.Header.Get(want.Header) == "" {
		return fmt.Errorf("no header %s", want.Header)
	}
	if want.Absent != "" && resp.Header.Get(want.Absent) != "" {
		return fmt.Errorf("header %s: %s", want.Absent, resp.Header.Get(want.Absent))
	}
	if resp.StatusCode == http.StatusNoContent && len(body) > 0 {
		return fmt.Errorf("a body of %d bytes with status 204", len(body))
	}
	if len(want.Answers) == 0 || want.required() == 0 && resp.StatusCode != http.StatusOK {
		return nil // what a status from below JSON-RPC says is its own affair
	}
	if len(body) == 0 {
		return fmt.Errorf("status %d without a body", resp.StatusCode)
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return fmt.Errorf("content type %q", resp.Header.Get("Content-Type"))
	}
	return checkMessages(want, [][]byte{body})
}
