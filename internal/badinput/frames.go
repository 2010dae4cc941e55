package badinput

import (
	"fmt"
	"slices"
	"strings"
)

// frameCases are single frames that break RFC 6455, or look as if they did.
func frameCases() []Case {
	return slices.Concat(bitCases(), controlCases(), closeCases())
}

// wired is a case of bytes on an open WebSocket connection.
func wired(name, bytes string, o outcome) Case {
	return Case{Name: "frames/" + name, wire: func() []byte { return []byte(bytes) }, want: always(o)}
}

// protocolError is the close code for breaking RFC 6455.
const protocolError = 1002

// bitCases are about a frame's first two bytes and the order of frames.
func bitCases() []Case {
	good := discover("1")
	var cases []Case
	for _, tt := range []struct {
		name string
		bits byte
	}{
		{"RSV1", rsv1}, {"RSV2", rsv2}, {"RSV3", rsv3}, {"RSV1 and RSV2", rsv1 | rsv2}, {"all RSV bits", rsv1 | rsv2 | rsv3},
	} {
		cases = append(cases,
			wired(tt.name+" on text", frame(fin|tt.bits|opText, good), closes(protocolError)),
			wired(tt.name+" on a ping", frame(fin|tt.bits|opPing, ""), closes(protocolError)),
			wired(tt.name+" on a continuation", frame(opText, good[:9])+frame(fin|tt.bits|opContinuation, good[9:]), closes(protocolError)),
		)
	}
	for _, op := range []byte{0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF} {
		cases = append(cases,
			wired(fmt.Sprintf("opcode %X", op), frame(fin|op, ""), closes(protocolError)),
			wired(fmt.Sprintf("opcode %X with a payload", op), frame(fin|op, good), closes(protocolError)),
		)
	}
	return append(cases,
		wired("unmasked text", unmasked(fin|opText, good), closes(protocolError)),
		wired("unmasked empty text", unmasked(fin|opText, ""), closes(protocolError)),
		wired("unmasked ping", unmasked(fin|opPing, "x"), closes(protocolError)),
		wired("unmasked close", unmasked(fin|opClose, closing(1000, "")), closes(protocolError)),
		wired("unmasked continuation", frame(opText, good[:9])+unmasked(fin|opContinuation, good[9:]), closes(protocolError)),
		wired("mask of zeros", header(fin|opText, uint64(len(good)), 0, "\x00\x00\x00\x00")+good, answers(result("1"))),
		wired("continuation of nothing", frame(fin|opContinuation, good), closes(protocolError)),
		wired("open continuation of nothing", frame(opContinuation, good), closes(protocolError)),
		wired("continuation of a finished message", message(nowhere())+frame(fin|opContinuation, good), closes(protocolError)),
		wired("continuation after an answer", message(good)+frame(fin|opContinuation, ""),
			outcome{Answers: []answer{{ID: "1", Optional: true}}, Close: []int{protocolError}}),
		wired("text inside a message", frame(opText, good[:9])+message(good), closes(protocolError)),
		wired("open text inside a message", frame(opText, good[:9])+frame(opText, good[9:]), closes(protocolError)),
		wired("binary inside a message", frame(opText, good[:9])+frame(fin|opBinary, good[9:]), closes(protocolError, 1003)),
		wired("HTTP instead of frames", "GET /rpc HTTP/1.1\r\n\r\n", closes(protocolError)),
		wired("JSON instead of frames", good, closes(protocolError)),
		wired("TLS instead of frames", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", closes(protocolError)),
		wired("line breaks instead of frames", "\r\n\r\n\r\n", closes(protocolError)),
		wired("0xFF instead of frames", strings.Repeat("\xff", 64), closes(protocolError)),
		wired("binary", frame(fin|opBinary, good), closes(1003)),
		wired("binary empty", frame(fin|opBinary, ""), closes(1003)),
		wired("binary that is no text", frame(fin|opBinary, "\x00\xff\xfe"), closes(1003)),
		wired("binary in fragments", frame(opBinary, good[:9])+frame(fin|opContinuation, good[9:]), closes(1003)),
		wired("binary after a notification", message(nowhere())+frame(fin|opBinary, good), closes(1003)),
	)
}

// controlCases are pings and pongs.
func controlCases() []Case {
	good := discover("1")
	ponged := func(payload string) outcome { return outcome{Pong: &payload} }
	long := strings.Repeat("p", 125)
	cases := []Case{
		wired("ping empty", frame(fin|opPing, ""), ponged("")),
		wired("ping with text", frame(fin|opPing, "hello"), ponged("hello")),
		wired("ping of 125 bytes", frame(fin|opPing, long), ponged(long)),
		wired("ping that is no text", frame(fin|opPing, "\x00\xff\xfe\xfd"), ponged("\x00\xff\xfe\xfd")),
		wired("pings in a row", frame(fin|opPing, "1")+frame(fin|opPing, "2")+frame(fin|opPing, "3"), ponged("3")),
		wired("ping and pong", frame(fin|opPing, "a")+frame(fin|opPong, "b"), ponged("a")),
		wired("pong unasked", frame(fin|opPong, ""), silent()),
		wired("pong unasked with text", frame(fin|opPong, "hello"), silent()),
		wired("pong unasked of 125 bytes", frame(fin|opPong, long), silent()),
		wired("ping between fragments", frame(opText, good[:9])+frame(fin|opPing, "x")+frame(fin|opContinuation, good[9:]),
			outcome{Answers: []answer{result("1")}, Pong: new("x")}),
		wired("pong between fragments", frame(opText, good[:9])+frame(fin|opPong, "x")+frame(fin|opContinuation, good[9:]), answers(result("1"))),
		wired("ping before a message", frame(fin|opPing, "x")+message(good), outcome{Answers: []answer{result("1")}, Pong: new("x")}),
	}
	for _, tt := range []struct {
		name string
		op   byte
	}{{"ping", opPing}, {"pong", opPong}, {"close", opClose}} {
		payload := closing(1000, strings.Repeat("x", 124))
		cases = append(cases,
			wired(tt.name+" of 126 bytes", frame(fin|tt.op, payload), closes(protocolError)),
			wired(tt.name+" of 64 KiB", frame(fin|tt.op, closing(1000, strings.Repeat("x", 64<<10))), closes(protocolError)),
			wired(tt.name+" as first fragment", frame(tt.op, closing(1000, "")), closes(protocolError)),
			wired(tt.name+" open inside a message", frame(opText, good[:9])+frame(tt.op, ""), closes(protocolError)),
		)
	}
	return cases
}

// closeCases are the ends of a connection: right codes come back, wrong ones
// are a protocol error.
func closeCases() []Case {
	cases := []Case{
		wired("close empty", frame(fin|opClose, ""), closes(closeNoStatus, 1000)),
		// RFC 6455, 5.5.1 asks for two bytes, and leaves the answer to one open.
		wired("close of one byte", frame(fin|opClose, "\x03"), closes(protocolError, closeNoStatus, 1000)),
		wired("close with a reason", frame(fin|opClose, closing(1000, "done")), closes(1000)),
		wired("close with a reason of 123 bytes", frame(fin|opClose, closing(1000, strings.Repeat("r", 123))), closes(1000)),
		wired("close with a reason beyond ASCII", frame(fin|opClose, closing(1000, "日本 😀")), closes(1000)),
		wired("close with a reason that is no text", frame(fin|opClose, closing(1000, "\xff")), closes(protocolError, 1007)),
		wired("close with a reason cut in a character", frame(fin|opClose, closing(1000, "\xe6\x97")), closes(protocolError, 1007)),
		wired("close inside a message", frame(opText, "{")+frame(fin|opClose, closing(1000, "")), closes(1000)),
		wired("close before a message", frame(fin|opClose, closing(1000, ""))+message(discover("1")), closes(1000)),
		wired("close twice", frame(fin|opClose, closing(1000, ""))+frame(fin|opClose, closing(1001, "")), closes(1000)),
		wired("close before a ping", frame(fin|opClose, closing(1000, ""))+frame(fin|opPing, "x"), closes(1000)),
	}
	for _, code := range []int{1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases = append(cases, wired(fmt.Sprintf("close %d", code), frame(fin|opClose, closing(code, "")), closes(code, 1000)))
	}
	for _, code := range []int{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		cases = append(cases, wired(fmt.Sprintf("close %d", code), frame(fin|opClose, closing(code, "")), closes(protocolError)))
	}
	return cases
}
