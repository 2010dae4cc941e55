package rpc

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

// wire returns a frame: its first byte, and a masked payload of n bytes.
func wire(first byte, n int) []byte {
	b := []byte{first}
	switch {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = append(b, 0x80|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, make([]byte, 4+n)...)
}

// TestFrameGuard feeds frames in pieces of every size: what is passed on must
// not depend on how the bytes arrive.
func TestFrameGuard(t *testing.T) {
	text, more := wire(0x80|opText, 5), wire(0x80|opContinuation, 5)
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	tests := []struct {
		name string
		in   []byte
		pass int // bytes
		code int // 0: all is well
	}{
		{"text", text, len(text), 0},
		{"lengths", join(wire(0x82, 125), wire(0x82, 126), wire(0x82, 65535), wire(0x82, 65536)), -1, 0},
		{"fragments", join(wire(opText, 1), wire(opContinuation, 0), wire(0x80|opPing, 3), more, text), -1, 0},
		{"pings", join(wire(0x80|opPing, 125), wire(0x80|opPong, 0), wire(0x80|opClose, 2), wire(0x80|opClose, 0)), -1, 0},
		{"reserved bit", join(text, wire(0xc0|opText, 5)), len(text) + 1, closeProtocol},
		{"not masked", join(text, []byte{0x81, 1, 'x'}), len(text) + 1, closeProtocol},
		{"opcode 3", wire(0x83, 0), 1, closeProtocol},
		{"opcode 11", wire(0x8b, 0), 1, closeProtocol},
		{"text in text", join(wire(opText, 1), text), 8, closeProtocol},
		{"continues nothing", more, 1, closeProtocol},
		{"fragmented ping", wire(opPing, 0), 1, closeProtocol},
		{"long ping", wire(0x80|opPing, 126), 1, closeProtocol},
		{"half a code", wire(0x80|opClose, 1), 1, closeProtocol},
		{"2 bytes for 125", []byte{0x81, 0x80 | 126, 0, 125, 0, 0, 0, 0}, 3, closeProtocol},
		{"8 bytes for 65535", []byte{0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0}, 9, closeProtocol},
		{"2^63", []byte{0x81, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 9, closeProtocol},
		{"three fragments too many", join(wire(opText, 0), wire(0, 0), wire(0, 0), wire(0, 0), more), 4*6 + 1, closePolicy},
		{"five pings", bytes.Repeat(wire(0x80|opPing, 0), 5), 4*6 + 1, closePolicy},
	}
	for _, tt := range tests {
		if tt.pass < 0 {
			tt.pass = len(tt.in)
		}
		for size := range len(tt.in) {
			if size > 40 && size%997 != 0 {
				continue
			}
			g := &frameGuard{maxFragments: 4, maxControl: 4, now: func() time.Time { return time.Unix(1, 0) }}
			pass, code := feedAll(g, tt.in, size+1)
			if pass != tt.pass || code != tt.code {
				t.Errorf("%s in pieces of %d: passed %d, code %d; want %d and %d", tt.name, size+1, pass, code, tt.pass, tt.code)
				break
			}
		}
	}
}

// feedAll feeds in to g in pieces, and returns how much was passed on and the
// code of the breach.
func feedAll(g *frameGuard, in []byte, size int) (passed, code int) {
	for len(in) > 0 {
		piece := in[:min(size, len(in))]
		n, err := g.feed(piece)
		passed += n
		if err != nil {
			return passed, err.(*breach).code
		}
		in = in[len(piece):]
	}
	return passed, 0
}

func TestFrameGuardCountsPerSecond(t *testing.T) {
	clock := time.Unix(1, 0)
	g := &frameGuard{maxFragments: 4, maxControl: 2, now: func() time.Time { return clock }}
	ping := wire(0x80|opPing, 0)
	for range 100 {
		if _, code := feedAll(g, ping, 100); code != 0 {
			t.Fatalf("two pings a second: code %d", code)
		}
		clock = clock.Add(500 * time.Millisecond)
	}
}

// FuzzFrameGuard checks that what is passed on does not depend on how the
// bytes arrive.
func FuzzFrameGuard(f *testing.F) {
	f.Add(wire(0x81, 5), uint64(1))
	f.Add(append(wire(opText, 300), wire(0x80, 2)...), uint64(2))
	f.Add([]byte{0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5}, uint64(3))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		guard := func() *frameGuard {
			return &frameGuard{maxFragments: 4, maxControl: 4, now: func() time.Time { return time.Unix(1, 0) }}
		}
		passed, code := feedAll(guard(), in, len(in)+1)
		size := 1 + rand.New(rand.NewPCG(seed, 0)).IntN(20)
		if p, c := feedAll(guard(), in, size); p != passed || c != code {
			t.Errorf("in pieces of %d: passed %d, code %d; whole: %d and %d", size, p, c, passed, code)
		}
	})
}
