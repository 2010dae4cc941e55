package badinput

import (
	"slices"
	"strings"
)

// messageFrameCases are messages cut into frames in every way, with wrong text
// or lengths in them.
func messageFrameCases(l Limits) []Case {
	return slices.Concat(fragmentCases(), lengthCases(l), wireTextCases(), cutCases())
}

// fragmentCases are good messages in many frames and many messages in a row.
func fragmentCases() []Case {
	good := discover("1")
	bytes := strings.Split(good, "")
	bilingual := discover(`"日本語"`)
	at := strings.Index(bilingual, "日") + 1 // inside of the character
	var many []string
	var wanted []answer
	for _, id := range strings.Split("0 1 2 3 4 5 6 7 8 9", " ") {
		many = append(many, message(call(id, "no.such.method", "")))
		wanted = append(wanted, fails(id, codeNoMethod))
	}
	return []Case{
		wired("message", message(good), answers(result("1"))),
		wired("message in two", fragments(good[:20], good[20:]), answers(result("1"))),
		wired("message in three", fragments(good[:1], good[1:len(good)-1], good[len(good)-1:]), answers(result("1"))),
		wired("message in a frame a byte", fragments(bytes...), answers(result("1"))),
		wired("message after an empty fragment", fragments("", good), answers(result("1"))),
		wired("message before an empty fragment", fragments(good, ""), answers(result("1"))),
		wired("message around empty fragments", fragments(good[:9], "", "", good[9:]), answers(result("1"))),
		wired("message cut in a character", fragments(bilingual[:at], bilingual[at:at+1], bilingual[at+1:]), answers(result(`"日本語"`))),
		wired("empty message", message(""), answers(fails("null", codeParse))),
		wired("empty fragments", fragments("", "", ""), answers(fails("null", codeParse))),
		wired("blanks alone", message("  \n"), answers(fails("null", codeParse))),
		wired("broken message in two", fragments("{", "]"), answers(fails("null", codeParse))),
		wired("notification in two", fragments(nowhere()[:9], nowhere()[9:]), silent()),
		wired("batch in two", fragments("["+good, ","+discover("2")+"]"), batch(result("1"), result("2"))),
		wired("two messages in one frame", message(good+discover("2")), answers(fails("null", codeParse))),
		wired("message and a word in one frame", message(good+" x"), answers(fails("null", codeParse))),
		wired("two messages", message(good)+message(discover("2")), answers(result("1"), result("2"))),
		wired("ten messages", strings.Join(many, ""), answers(wanted...)),
		wired("a broken message and a good one", message("{")+message(good), answers(fails("null", codeParse), result("1"))),
		wired("a notification and a message", message(nowhere())+message(good), answers(result("1"))),
	}
}

// lengthCases are frames whose length is written in an odd way or is too much.
func lengthCases(l Limits) []Case {
	good := discover("1")
	fill := func(n int) string { return good + strings.Repeat(" ", n-len(good)) }
	// RFC 6455, 5.2 wants the shortest form of a sender; a receiver may overlook it.
	overlooked := outcome{Answers: []answer{{ID: "1", Optional: true}}, Close: []int{protocolError}, MayClose: true}
	cases := []Case{
		wired("length of 125", message(fill(125)), answers(result("1"))),
		wired("length of 126", message(fill(126)), answers(result("1"))),
		wired("length of 127", message(fill(127)), answers(result("1"))),
		wired("length of 65,535", message(fill(65_535)), answers(result("1"))),
		wired("length in two bytes without need", stretched(fin|opText, 2, good), overlooked),
		wired("length in eight bytes without need", stretched(fin|opText, 8, good), overlooked),
	}
	// A length beyond the limit, and then as many bytes as any limit takes.
	flood := func(wire string) func() []byte {
		return func() []byte { return []byte(wire + strings.Repeat(" ", l.Message+1)) }
	}
	tooLong := func(w Way) outcome { return bySize(l, l.Message+1, outcome{})(w) }
	for _, tt := range []struct {
		name   string
		length uint64
	}{
		{"2^31", 1 << 31}, {"2^32", 1 << 32}, {"2^40", 1 << 40}, {"2^63-1", 1<<63 - 1},
	} {
		cases = append(cases, Case{Name: "frames/length of " + tt.name, wire: flood(announced(fin|opText, tt.length)), want: tooLong})
	}
	for _, tt := range []struct {
		name   string
		length uint64
	}{
		{"2^63", 1 << 63}, {"2^64-1", 1<<64 - 1},
	} {
		cases = append(cases, Case{
			Name: "frames/length of " + tt.name,
			wire: flood(announced(fin|opText, tt.length)),
			want: always(outcome{ // RFC 6455, 5.2: the highest bit must be 0
				Answers: []answer{{ID: "null", Codes: []int{codeTooLarge}, Optional: true}},
				Close:   []int{protocolError, 1009, dropped},
			}),
		})
	}
	pieces := func(size, n int) func() []byte {
		return func() []byte {
			parts := make([]string, n)
			for i := range parts {
				parts[i] = strings.Repeat(" ", size)
			}
			return []byte(fragments(parts...))
		}
	}
	half := l.Message/2 + 1
	return append(cases,
		Case{Name: "frames/two halves over the limit", wire: pieces(half, 2), want: func(w Way) outcome { return bySize(l, 2*half, outcome{})(w) }},
		Case{Name: "frames/small pieces over the limit", wire: pieces(8<<10, l.Message/(8<<10)+1), want: tooLong},
		Case{
			Name: "frames/pieces up to the limit before authentication",
			wire: func() []byte {
				filled := fill(l.EarlyMessage)
				return []byte(fragments(filled[:l.EarlyMessage/2], filled[l.EarlyMessage/2:]))
			},
			want: one(result("1")),
		},
	)
}

// wireTextCases are text messages that are no UTF-8.
func wireTextCases() []Case {
	return []Case{
		wired("invalid text in one frame", message("\"\xff\""), closes(1007)),
		wired("invalid text in two frames", fragments("\"\xe6", "\x28\""), closes(1007)),
		wired("invalid text in the second frame", fragments(`"日`, "\x80\""), closes(1007)),
		wired("text that ends in a character", message("\"\xf0\x9f\x98"), closes(1007)),
		wired("fragments that end in a character", fragments(`"`, "\xf0\x9f", "\x98"), closes(1007)),
		wired("encoded surrogate in two frames", fragments("\"\xed", "\xa0\x80\""), closes(1007)),
		wired("overlong in two frames", fragments("\"\xc0", "\xaf\""), closes(1007)),
		wired("invalid text after a notification", message(nowhere())+message("\xff"), closes(1007)),
	}
}

// cutCases end in the middle of something: the client sends no more. Nothing
// may come but the end of the connection.
func cutCases() []Case {
	good := discover("1")
	var cases []Case
	for _, tt := range []struct{ name, wire string }{
		{"after one byte", message(good)[:1]},
		{"before the mask", message(good)[:2]},
		{"in the payload", message(good)[:20]},
		{"in a long length", announced(fin|opText, 70_000)[:5]},
		{"between fragments", frame(opText, good[:9])},
		{"in a ping", frame(fin|opPing, "hello")[:8]},
		{"in a close", frame(fin|opClose, closing(1000, "done"))[:8]},
	} {
		c := wired("cut "+tt.name, tt.wire, closes(dropped, closeNoStatus, 1000, 1001, protocolError, 1011))
		c.cut = true
		cases = append(cases, c)
	}
	return cases
}
