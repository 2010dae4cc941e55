package rpc

import (
	"encoding/binary"
	"time"
)

// Opcodes of frames (RFC 6455, 5.2).
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// A frameGuard reads along what a WebSocket client sends and finds frames that
// no client of good will sends: such that break the protocol, and more of them
// than there is use for. The latter cost the sender almost nothing and reach
// no limit otherwise: empty fragments make no message longer, and control
// frames are no messages.
type frameGuard struct {
	maxFragments int // of one message
	maxControl   int // control frames a second
	now          func() time.Time

	header [14]byte // of the present frame, as far as it was read
	have   int      // bytes in header
	body   uint64   // bytes of the present frame's payload that are still to come

	open      bool      // a message has begun and not ended
	fragments int       // of that message
	second    time.Time // in which control frames are counted
	control   int
}

// feed takes the next bytes from the wire. It returns how many of them may be
// passed on, and why not all.
func (g *frameGuard) feed(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if g.body > 0 {
			n := min(g.body, uint64(len(p)-i))
			g.body -= n
			i += int(n)
			continue
		}
		g.header[g.have] = p[i]
		g.have++
		if b := g.check(); b != nil {
			// Without the byte that shows the fault, nobody can act on the frame.
			return i, b
		}
		i++
	}
	return len(p), nil
}

// check judges the present header as soon as there is something to judge, and
// begins the payload when it is complete.
func (g *frameGuard) check() *breach {
	if g.have < 2 {
		return nil
	}
	if g.have == 2 {
		if b := g.checkStart(); b != nil {
			return b
		}
	}
	lengthEnd := 2 + g.lengthSize()
	if g.have == lengthEnd {
		if _, ok := g.length(); !ok {
			return &breach{code: closeProtocol, reason: "bad payload length"}
		}
	}
	if g.have == lengthEnd+len("mask") {
		g.body, _ = g.length()
		g.have = 0
	}
	return nil
}

// checkStart judges the first two bytes of a header.
func (g *frameGuard) checkStart() *breach {
	final, op := g.header[0]&0x80 != 0, g.header[0]&0x0f
	switch {
	case g.header[0]&0x70 != 0:
		return &breach{code: closeProtocol, reason: "reserved bit set"}
	case g.header[1]&0x80 == 0:
		return &breach{code: closeProtocol, reason: "frame not masked"}
	}
	switch op {
	case opContinuation:
		return g.fragment(!g.open, final)
	case opText, opBinary:
		g.fragments = 0
		return g.fragment(g.open, final)
	case opClose, opPing, opPong:
		return g.controlFrame(op, final)
	}
	return &breach{code: closeProtocol, reason: "unknown opcode"}
}

// shortLength returns the length in the second byte of a header. 126 and 127
// mean that it follows, in two or eight bytes.
func (g *frameGuard) shortLength() byte { return g.header[1] & 0x7f }

// lengthSize returns how many bytes of length follow the first two.
func (g *frameGuard) lengthSize() int {
	switch g.shortLength() {
	case 126:
		return 2
	case 127:
		return 8
	}
	return 0
}

// length returns the length of the payload, and whether it is written as the
// protocol wants it: in the fewest bytes, and below 2^63.
func (g *frameGuard) length() (n uint64, ok bool) {
	switch g.lengthSize() {
	case 2:
		n = uint64(binary.BigEndian.Uint16(g.header[2:]))
		return n, n > 125
	case 8:
		n = binary.BigEndian.Uint64(g.header[2:])
		return n, n > 0xffff && n < 1<<63
	}
	return uint64(g.shortLength()), true
}

// fragment judges a frame that carries a message or a part of one.
func (g *frameGuard) fragment(misplaced, final bool) *breach {
	if misplaced {
		return &breach{code: closeProtocol, reason: "fragments out of order"}
	}
	g.open = !final
	g.fragments++
	if g.fragments > g.maxFragments {
		return &breach{code: closePolicy, reason: "too many fragments"}
	}
	return nil
}

// controlFrame judges a close, ping or pong.
func (g *frameGuard) controlFrame(op byte, final bool) *breach {
	switch {
	case !final:
		return &breach{code: closeProtocol, reason: "fragmented control frame"}
	case g.shortLength() > 125:
		return &breach{code: closeProtocol, reason: "control frame too long"}
	case op == opClose && g.shortLength() == 1:
		return &breach{code: closeProtocol, reason: "half a close code"}
	}
	if now := g.now(); now.Sub(g.second) >= time.Second {
		g.second, g.control = now, 0
	}
	g.control++
	if g.control > g.maxControl {
		return &breach{code: closePolicy, reason: "too many control frames"}
	}
	return nil
}
