package badinput

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
)

// overWebSocket opens a connection, sends a case, checks what comes, and then
// that the connection goes on or has ended, as wanted.
func (r *runner) overWebSocket(l *link, c *Case, s State) error {
	want := c.want(Way{WebSocket, s})
	if c.upgrade != "" {
		return r.overUpgrade(l, c, s, &want)
	}
	p, err := r.connect(l, c, s)
	if err != nil {
		return err
	}
	p.came = nil
	if c.message != nil {
		p.say(r.body(c.message()))
	} else {
		p.send(c.wire())
	}
	if c.cut {
		p.endSending()
	}
	p.wait()
	if want.Close != nil && !want.MayClose {
		return p.untilClose(&want)
	}
	return r.goesOn(p, s, &want)
}

// connect opens a connection and authenticates it, for one half of the cases
// by the header of the handshake, for the other by a request.
func (r *runner) connect(l *link, c *Case, s State) (*peer, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.Name))
	authorization := r.authorization(s)
	byRequest := s == After && h.Sum32()%2 == 1
	if byRequest {
		authorization = ""
	}
	p, resp, err := l.open(r.fill(handshake(), authorization))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("handshake: status %d", resp.StatusCode)
	}
	if !byRequest {
		return p, nil
	}
	p.say(r.body([]byte(login(`"login"`))))
	m, err := p.next()
	if err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	o := answers(result(`"login"`))
	if err := checkMessages(&o, [][]byte{m}); err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	return p, nil
}

// overUpgrade sends a handshake of the case's own.
func (r *runner) overUpgrade(l *link, c *Case, s State, want *outcome) error {
	p, resp, err := l.open(r.fill(c.upgrade, r.authorization(s)))
	if err != nil {
		return err
	}
	if err := checkResponse(want, resp, nil); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return r.goesOnHTTP(l, r.probes(s, false), s, false, true)
	}
	return r.goesOn(p, s, &outcome{})
}

// untilClose reads everything up to the end of the connection.
func (p *peer) untilClose(want *outcome) error {
	var got [][]byte
	for {
		m, err := p.next()
		if errors.Is(err, errClosed) {
			break
		}
		if err != nil {
			return fmt.Errorf("waiting for the close: %w", err)
		}
		got = append(got, m)
	}
	if err := checkMessages(want, got); err != nil {
		return err
	}
	return p.closedAs(want.Close)
}

// goesOn reads as many messages as are wanted, asks the probes, and closes the
// connection. Answers may come in any order, so those of the case may stand
// behind those of the probes; whatever else comes on the way is not wanted.
func (r *runner) goesOn(p *peer, s State, want *outcome) error {
	var got [][]byte
	for len(got) < want.messages() {
		m, err := p.next()
		if err != nil {
			return fmt.Errorf("waiting for answer %d of %d: %w", len(got)+1, want.messages(), err)
		}
		got = append(got, m)
	}
	for _, probe := range r.probes(s, want.Binds) {
		between, err := ask(p, probe)
		got = append(got, between...)
		if errors.Is(err, errClosed) && want.MayClose {
			return errors.Join(checkMessages(want, got), p.closedAs(want.Close))
		}
		if err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
	}
	late, err := p.finish()
	if err != nil {
		return err
	}
	if err := checkMessages(want, append(got, late...)); err != nil {
		return err
	}
	if want.Pong != nil && (len(p.pongs) == 0 || p.pongs[len(p.pongs)-1] != *want.Pong) {
		return fmt.Errorf("pongs %q", p.pongs)
	}
	return nil
}

// A speaker is the client's end of a connection on which messages come and go.
type speaker interface {
	say(text string)
	next() ([]byte, error) // errClosed at the end
	wait()
}

// ask sends a probe and reads up to its answer. The messages before it are
// returned.
func ask(p speaker, probe probe) (between [][]byte, err error) {
	p.say(probe.message)
	p.wait()
	for {
		m, err := p.next()
		if err != nil {
			return between, err
		}
		if a, err := parseReply(m); a != nil && a.id == probe.want.ID {
			if err == nil {
				err = a.check(&probe.want)
			}
			return between, err
		}
		between = append(between, m)
	}
}
