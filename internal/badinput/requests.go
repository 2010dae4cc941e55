package badinput

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const jsonType = "Content-Type: application/json"

// requestCases are HTTP requests that are odd outside of the message.
func requestCases(l Limits) []Case {
	return slices.Concat(httpMethodCases(), contentCases(), bodyCases(l), headCases(), tokenHeaderCases())
}

// head writes a request line and its header lines; Host and {auth} stand
// first.
func head(line string, headers ...string) string {
	return line + "\r\nHost: {host}\r\n{auth}" + lines(headers...) + "\r\n"
}

// lines ends each header line.
func lines(headers ...string) string {
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String()
}

// length is the header that announces body.
func length(body string) string { return "Content-Length: " + strconv.Itoa(len(body)) }

// post is a whole POST with these headers and the length of body.
func post(body string, headers ...string) string {
	return head("POST {path} HTTP/1.1", append(headers, length(body))...) + body
}

// sent is a case of an HTTP request.
func sent(name, text string, want func(Way) outcome) Case {
	return Case{Name: "http/" + name, request: &request{text: text}, want: want}
}

// refused wants one of these statuses from below the JSON-RPC layer, after
// which the server may end the connection.
func refused(statuses ...int) func(Way) outcome {
	return always(outcome{Status: statuses, Ends: true})
}

// httpMethodCases are methods other than POST.
func httpMethodCases() []Case {
	var cases []Case
	body := discover("1")
	for _, method := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post", "Post", "BREW"} {
		cases = append(cases, sent("method "+method, head(method+" {path} HTTP/1.1", jsonType, length(body))+body,
			always(outcome{Status: []int{405}, Header: "Allow"})))
	}
	return append(cases,
		sent("method HEAD", head("HEAD {path} HTTP/1.1"), always(outcome{Status: []int{405}, Header: "Allow"})),
		sent("method PUT without a body", head("PUT {path} HTTP/1.1", "Content-Length: 0"), always(outcome{Status: []int{405}, Header: "Allow"})),
		sent("method PUT with a wrong type", head("PUT {path} HTTP/1.1", "Content-Type: text/plain", length(body))+body,
			always(outcome{Status: []int{405}, Header: "Allow"})),
		sent("method GET", head("GET {path} HTTP/1.1"), always(outcome{Status: []int{426}})),
		sent("method GET with a body", head("GET {path} HTTP/1.1", jsonType, length(body))+body, always(outcome{Status: []int{426}})),
		sent("method GET with a request in the query", head("GET {path}?jsonrpc=2.0&id=1&method=rpc.discover HTTP/1.1"), always(outcome{Status: []int{426}})),
		sent("method GET with another upgrade", head("GET {path} HTTP/1.1", "Connection: Upgrade", "Upgrade: h2c"), always(outcome{Status: []int{426}})),
	)
}

// contentCases are types and encodings of a good body.
func contentCases() []Case {
	var cases []Case
	good := discover("1")
	for _, tt := range []string{
		"text/plain", "text/json", "text/html", "application/xml", "application/x-www-form-urlencoded",
		"multipart/form-data; boundary=x", "application/json-rpc", "application/jsonrequest", "application/jsonx",
		"application/vnd.api+json", "application/octet-stream", "application", "json", "*/*", "application/*",
		"application/json, text/plain", "text/plain; a=application/json", "application json",
	} {
		cases = append(cases, sent("type "+tt, post(good, "Content-Type: "+tt), always(unsupported())))
	}
	cases = append(cases,
		sent("type missing", post(good), always(unsupported())),
		sent("type empty", post(good, "Content-Type:"), always(unsupported())),
		sent("type of a broken body", post("{", "Content-Type: text/plain"), always(unsupported())),
		sent("type of a notification", post(nowhere(), "Content-Type: text/plain"), always(unsupported())),
	)
	for _, tt := range []string{
		"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON", "APPLICATION/JSON; Charset=utf-8",
	} {
		cases = append(cases, sent("type "+tt, post(good, "Content-Type: "+tt), one(result("1"))))
	}
	for _, tt := range []string{"gzip", "deflate", "br", "zstd", "identity", "GZIP", "gzip, br", "nonsense"} {
		cases = append(cases, sent("encoding "+tt, post(good, jsonType, "Content-Encoding: "+tt), always(unsupported())))
	}
	return append(cases,
		sent("encoding of a wrong type", post(good, "Content-Type: text/plain", "Content-Encoding: gzip"), always(unsupported())),
		sent("accepts only HTML", post(good, jsonType, "Accept: text/html"), one(result("1"))),
		sent("accepts encodings", post(good, jsonType, "Accept-Encoding: gzip, br"), one(result("1"))),
	)
}

// unsupported is 415 with any JSON-RPC error.
func unsupported() outcome {
	return outcome{Status: []int{415}, Answers: []answer{fails("null", anyError)}}
}

// rest is how far bodies are over the limit that never end.
const rest = 512 << 10

// bodyCases are bodies whose length is told in other ways, or wrongly.
func bodyCases(l Limits) []Case {
	good := discover("1")
	chunked := head("POST {path} HTTP/1.1", jsonType, "Transfer-Encoding: chunked")
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	var single strings.Builder
	for _, c := range []byte(good) {
		single.WriteString(chunk(string(c)))
	}
	// What may come of a body that ends too early or is no body: no result.
	torn := always(outcome{
		Status:  []int{noResponse, 200, 400, 408},
		Answers: []answer{{ID: "null", Codes: []int{codeParse, codeNotRequest}, Optional: true}},
		Ends:    true,
	})
	// Well over the limit: net/http reads up to 256 KiB of what a handler has
	// left of a body before it sends the answer.
	over := func() []byte { return []byte(strings.Repeat(" ", l.Message+rest)) }
	huge := func(w Way) outcome {
		o := bySize(l, l.Message+1, outcome{})(w)
		o.Ends = true
		return o
	}
	return []Case{
		sent("body empty", post("", jsonType), one(fails("null", codeParse))),
		sent("body without a length", head("POST {path} HTTP/1.1", jsonType), one(fails("null", codeParse))),
		sent("body in one chunk", chunked+chunk(good)+"0\r\n\r\n", one(result("1"))),
		sent("body in chunks of a byte", chunked+single.String()+"0\r\n\r\n", one(result("1"))),
		sent("body in chunks with extensions", chunked+fmt.Sprintf("%X;a=b;c=\"d\"\r\n%s\r\n", len(good), good)+"0;e\r\n\r\n", one(result("1"))),
		sent("body in chunks with a trailer", chunked+chunk(good)+"0\r\nX-Check: 1\r\n\r\n", one(result("1"))),
		sent("body of no chunk", chunked+"0\r\n\r\n", one(fails("null", codeParse))),
		sent("body in chunks, a notification", chunked+chunk(nowhere())+"0\r\n\r\n", always(silent())),
		sent("chunk length that is none", chunked+"zz\r\n"+good+"\r\n0\r\n\r\n", torn),
		sent("chunk longer than its length", chunked+"5\r\n"+good+"\r\n0\r\n\r\n", torn),
		sent("chunk length negative", chunked+"-5\r\n"+good+"\r\n0\r\n\r\n", torn),
		sent("chunk length of 2^64", chunked+"10000000000000000\r\n"+good+"\r\n0\r\n\r\n", torn),
		{Name: "http/chunks that end", request: &request{text: chunked + chunk(good), cut: true}, want: torn},
		{Name: "http/chunk that ends", request: &request{text: chunked + "ff\r\n" + good, cut: true}, want: torn},
		{Name: "http/body shorter than its length", request: &request{
			text: head("POST {path} HTTP/1.1", jsonType, "Content-Length: 1000") + good, cut: true}, want: torn},
		{Name: "http/no body for its length", request: &request{
			text: head("POST {path} HTTP/1.1", jsonType, "Content-Length: 10"), cut: true}, want: torn},
		sent("body longer than its length", head("POST {path} HTTP/1.1", jsonType, "Content-Length: 10")+good,
			always(outcome{Answers: []answer{fails("null", codeParse)}, Ends: true})),
		sent("length negative", head("POST {path} HTTP/1.1", jsonType, "Content-Length: -1")+good, refused(400)),
		sent("length with a sign", head("POST {path} HTTP/1.1", jsonType, "Content-Length: +46")+good, refused(400)),
		sent("length that is none", head("POST {path} HTTP/1.1", jsonType, "Content-Length: many")+good, refused(400)),
		sent("lengths that differ", head("POST {path} HTTP/1.1", jsonType, "Content-Length: 10", length(good))+good, refused(400)),
		sent("length of 2^64", head("POST {path} HTTP/1.1", jsonType, "Content-Length: 18446744073709551616")+good, refused(400, 413)),
		sent("transfer coding unknown", head("POST {path} HTTP/1.1", jsonType, "Transfer-Encoding: gzip")+good, refused(400, 415, 501)),
		sent("transfer coding gzip and chunked", head("POST {path} HTTP/1.1", jsonType, "Transfer-Encoding: gzip, chunked")+chunk(good)+"0\r\n\r\n", refused(400, 415, 501)),
		{Name: "http/length of 2 GiB", request: &request{
			text: head("POST {path} HTTP/1.1", jsonType, "Content-Length: 2147483648"), body: over}, want: huge},
		{Name: "http/chunk of 2 GiB", request: &request{text: chunked + "80000000\r\n", body: over}, want: huge},
		{Name: "http/small chunks over the limit", request: &request{
			text: chunked, body: func() []byte { return []byte(strings.Repeat(chunk(strings.Repeat(" ", 1000)), (l.Message+rest)/1000)) }}, want: huge},
		{Name: "http/chunks just over the limit", request: &request{
			text: chunked, body: func() []byte {
				return []byte(strings.Repeat(chunk(strings.Repeat(" ", 1024)), l.Message/1024) + chunk(" ") + "0\r\n\r\n")
			}}, want: huge},
		sent("expects to continue", post(good, jsonType, "Expect: 100-continue"), one(result("1"))),
		{Name: "http/two requests at once", request: &request{text: post(good, jsonType), pipelined: true}, want: one(result("1"))},
		{Name: "http/a broken and a good one at once", request: &request{text: post("{", jsonType), pipelined: true}, want: one(fails("null", codeParse))},
		{Name: "http/a notification and a request at once", request: &request{text: post(nowhere(), jsonType), pipelined: true}, want: always(silent())},
	}
}

// headCases are heads that are odd or broken.
func headCases() []Case {
	good := discover("1")
	line := "POST {path} HTTP/1.1\r\n"
	rest := jsonType + "\r\n" + length(good) + "\r\n\r\n" + good
	return []Case{
		sent("HTTP/1.0", head("POST {path} HTTP/1.0", jsonType, length(good))+good, one(result("1"))),
		sent("connection to close", post(good, jsonType, "Connection: close"), one(result("1"))),
		sent("whole address in the line", head("POST http://{host}{path} HTTP/1.1", jsonType, length(good))+good, one(result("1"))),
		sent("query behind the path", head("POST {path}?x=1&method=GetLogs HTTP/1.1", jsonType, length(good))+good, one(result("1"))),
		sent("header names in lower case", head("POST {path} HTTP/1.1", strings.ToLower(jsonType), strings.ToLower(length(good)))+good, one(result("1"))),
		sent("white space around values", head("POST {path} HTTP/1.1", "Content-Type: \t application/json \t", length(good)+"  ")+good, one(result("1"))),
		sent("line breaks of one byte", strings.ReplaceAll(head("POST {path} HTTP/1.1", jsonType, length(good)), "\r\n", "\n")+good, one(result("1"))),
		sent("upgrade of a POST", post(good, jsonType, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: {key}"), one(result("1"))),
		sent("method of another's override", post(good, jsonType, "X-HTTP-Method-Override: DELETE"), one(result("1"))),
		sent("no Host", line+"{auth}"+rest, refused(400)),
		sent("two Hosts", line+"Host: {host}\r\nHost: {host}\r\n{auth}"+rest, refused(400)),
		sent("no version", "POST {path}\r\nHost: {host}\r\n"+rest, refused(400)),
		sent("version 9.9", "POST {path} HTTP/9.9\r\nHost: {host}\r\n"+rest, refused(400, 505)),
		sent("version that is none", "POST {path} HTTQ/1.1\r\nHost: {host}\r\n"+rest, refused(400, 505)),
		sent("no path", "POST HTTP/1.1\r\nHost: {host}\r\n"+rest, refused(400)),
		sent("header without a colon", line+"Host: {host}\r\nno colon\r\n"+rest, refused(400)),
		sent("blank before the colon", line+"Host: {host}\r\nX-A : 1\r\n"+rest, refused(400)),
		sent("NUL in a header", line+"Host: {host}\r\nX-A: \x00\r\n"+rest, refused(400)),
		sent("header of 4 MiB", line+"Host: {host}\r\nX-A: "+strings.Repeat("a", 4<<20)+"\r\n"+rest, refused(400, 431)),
	}
}

// tokenHeaderCases are ways of sending a token; state decides only the
// Authorization line that {auth} stands for.
func tokenHeaderCases() []Case {
	query := logs("1")
	with := func(authorization string) string {
		return "POST {path} HTTP/1.1\r\nHost: {host}\r\n" + lines(authorization, jsonType, length(query)) + "\r\n" + query
	}
	wrong := one(fails("1", codeNoToken, codeTooFrequent))
	var cases []Case
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER ", "Token ", "token ", "tOkEn ", ""} {
		cases = append(cases, sent(fmt.Sprintf("token by %q", scheme), with("Authorization: "+scheme+"{token}"), one(result("1"))))
	}
	return append(cases,
		sent("token unknown", with("Authorization: Bearer nope"), wrong),
		sent("token of another scheme", with("Authorization: Basic dXNlcjpwYXNz"), wrong),
		sent("token in the query", head("POST {path}?token={token}&access_token={token} HTTP/1.1", jsonType, length(query))+query, authorised("1", result("1"))),
		sent("token in another header", post(query, jsonType, "X-Auth-Token: {token}"), authorised("1", result("1"))),
	)
}
