package badinput

import "strings"

// upgradeCases are WebSocket handshakes. Those that are good must lead to a
// connection that answers.
func upgradeCases() []Case {
	opened := always(outcome{Status: []int{101}, Absent: "Sec-WebSocket-Extensions"})
	status := func(codes ...int) func(Way) outcome { return always(outcome{Status: codes, Ends: true}) }
	var cases []Case
	for _, tt := range []struct {
		name string
		edit []string // header lines to put in; "Name:" alone takes one out
		want func(Way) outcome
	}{
		{"as it should be", nil, opened},
		{"names and values in other case", []string{"Upgrade: WEBSOCKET", "Connection: UPGRADE"}, opened},
		{"connection with more tokens", []string{"Connection: keep-alive, Upgrade"}, opened},
		{"deflate offered", []string{"Sec-WebSocket-Extensions: permessage-deflate"}, opened},
		{"deflate with parameters offered", []string{"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_no_context_takeover"}, opened},
		{"extensions unknown", []string{"Sec-WebSocket-Extensions: x-webkit-deflate-frame, foo; bar=1"}, opened},
		{"protocol unknown", []string{"Sec-WebSocket-Protocol: no.such.protocol"},
			always(outcome{Status: []int{101}, Absent: "Sec-WebSocket-Protocol"})},
		{"origin of its own", []string{"Origin: http://{host}"}, opened},

		{"no Connection", []string{"Connection:"}, status(400, 426)},
		{"connection without the token", []string{"Connection: keep-alive"}, status(400, 426)},
		{"no Upgrade", []string{"Upgrade:"}, status(400, 426)},
		{"upgrade to something else", []string{"Upgrade: h2c"}, status(400, 426)},
		{"no version", []string{"Sec-WebSocket-Version:"}, status(400, 426)},
		{"version 8", []string{"Sec-WebSocket-Version: 8"}, status(400, 426)},
		{"version 14", []string{"Sec-WebSocket-Version: 14"}, status(400, 426)},
		{"version that is none", []string{"Sec-WebSocket-Version: latest"}, status(400, 426)},
		{"no key", []string{"Sec-WebSocket-Key:"}, status(400)},
		{"key empty", []string{"Sec-WebSocket-Key: \t"}, status(400)},
		{"key too short", []string{"Sec-WebSocket-Key: c2hvcnQ="}, status(400)},
		{"key too long", []string{"Sec-WebSocket-Key: dGhpcyBpcyBsb25nZXIgdGhhbiBpdCBtYXkgYmU="}, status(400)},
		{"key that is no base64", []string{"Sec-WebSocket-Key: ????????????????????????"}, status(400)},

		{"origin of another host", []string{"Origin: http://evil.example"}, status(403)},
		{"origin of another port", []string{"Origin: http://{host}1"}, status(403)},
		{"origin of another scheme", []string{"Origin: https://{host}"}, status(403)},
		{"origin with a longer host", []string{"Origin: http://{host}.evil.example"}, status(403)},
		{"origin with the host in front", []string{"Origin: http://{host}@evil.example"}, status(403)},
		{"origin with the host as path", []string{"Origin: http://evil.example/{host}"}, status(403)},
		{"origin null", []string{"Origin: null"}, status(403)},
		{"origin of a file", []string{"Origin: file://"}, status(403)},
		{"origin that is none", []string{"Origin: http://%zz"}, status(403)},
		{"origin without a scheme", []string{"Origin: {host}"}, status(403)},
		{"origin of an extension", []string{"Origin: chrome-extension://abcdefghijklmnop"}, status(403)},
	} {
		cases = append(cases, Case{Name: "upgrade/" + tt.name, upgrade: handshake(tt.edit...), want: tt.want})
	}
	offered := func(line string) string { return strings.ReplaceAll(handshake(), "{auth}", line+"\r\n") }
	return append(cases,
		Case{Name: "upgrade/token unknown", upgrade: offered("Authorization: Bearer nope"), want: status(401, 429)},
		Case{Name: "upgrade/token of another scheme", upgrade: offered("Authorization: Basic dXNlcjpwYXNz"), want: status(401, 429)},
		Case{Name: "upgrade/method HEAD", upgrade: strings.Replace(handshake(), "GET", "HEAD", 1),
			want: always(outcome{Status: []int{405}, Header: "Allow", Ends: true})},
		Case{Name: "upgrade/method PUT", upgrade: strings.Replace(handshake(), "GET", "PUT", 1),
			want: always(outcome{Status: []int{405}, Header: "Allow", Ends: true})},
		Case{Name: "upgrade/token in the query", upgrade: strings.Replace(handshake(), "{path}", "{path}?token={token}", 1), want: opened},
	)
}

// handshake writes a good handshake with some of its header lines replaced,
// taken out or added.
func handshake(edit ...string) string {
	headers := []string{
		"Connection: Upgrade",
		"Upgrade: websocket",
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: {key}",
	}
	for _, line := range edit {
		name, value, _ := strings.Cut(line, ":")
		kept := headers[:0:0]
		for _, h := range headers {
			if !strings.HasPrefix(h, name+":") {
				kept = append(kept, h)
			}
		}
		headers = kept
		if value != "" {
			headers = append(headers, line)
		}
	}
	return head("GET {path} HTTP/1.1", headers...)
}
