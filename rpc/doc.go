// Package rpc answers requests over HTTP, WebSocket and TCP, in JSON-RPC 2.0 and
// in the dialect of the trading platform: one table of methods, one check of
// messages, one dispatcher, and transports that only frame bytes. It knows
// methods and sessions, but no files.
//
// # Messages
//
// A message is one JSON text in UTF-8: a request object, or an array of 1 to
// 100 of them, a batch.
//
//	{"jsonrpc": "2.0", "method": "GetLogs", "params": {…}, "id": 7}
//
// The id is a string, a number of any form, or null, and comes back byte for
// byte; it is never interpreted, so 1e2 stays 1e2 and no number is too large. A
// request without an id is a notification and gets no answer, whatever becomes
// of it. Members that JSON-RPC does not know are ignored, but no member may
// stand twice. Names are compared as they are decoded, exactly.
//
// What is wrong with a message as a whole is answered once, with a null id:
// that it is no JSON (-32700: also a byte order mark, trailing text, invalid
// UTF-8), an empty batch (-32600), too many bytes, too deep nesting, too many
// tokens or too large a batch (-32013, with the limit and the actual number, as
// far as it was counted). What is wrong with one item is answered in its place:
// -32600, with its id if it has one that is beyond doubt, else null. The
// answers of a batch come in one array, in any order; a batch of notifications
// has none.
//
// A request is checked in this order, and the first fault is its answer: is it
// a request, is there such a method, who asks, may they, are the params right,
// is there room. Only then it runs.
//
// # Order
//
// Requests of one connection run side by side, four at once, and are answered
// as they end. What a method that is no query does (Authenticate binds a token)
// holds for everything sent after it, whether in the same batch or in later
// messages. Batches of one connection are answered one after the other.
//
// The notification {"method": "$/cancelRequest", "params": {"id": 7}} ends the
// calls of this connection that were sent with this id, written the same way.
// They are answered -32008, as are calls that take longer than 25 s. That time
// runs from the moment the connection has room for the call: what a client
// queues behind its own requests, or does not read, is the client's time.
//
// # HTTP
//
// POST a message with Content-Type: application/json and without
// Content-Encoding. Every answer of JSON-RPC is a 200, errors included, and a
// message of notifications a 204. The other statuses come with the JSON-RPC
// error as their body: 400 (the body broke off), 405, 408 (it took more than
// 10 s), 413 for a message that is too large in any respect, 415, 426 for GET,
// and 503 with Retry-After while the server is full or shutting down. The token
// comes with each request, as Authorization: Bearer, Token, or bare.
//
// # WebSocket
//
// GET with the headers of an upgrade; each text frame is one message. A token
// comes with the upgrade, in the same header, or later by Authenticate; a
// client without one may connect, but only call what needs none. A bad token is
// answered 401 at the upgrade (429 after too many), a page of another origin
// 403. A good one makes messages of 1 MiB possible instead of 64 KiB.
//
// The connection survives every error that leaves it in step. It is closed
// after a message of too many bytes (the error, then 1009), a binary one
// (1003), one that is not UTF-8 (1007), a breach of the WebSocket protocol
// (1002), more than 1,024 fragments or 10 control frames a second (1008), when
// the server shuts down, once what is in flight has been answered (1001), when
// the peer takes no byte for 5 s, and when nothing comes from it for 60 s, not
// even the answers to pings, which are sent every 20 s.
//
// # TCP
//
// Each line is one message, ended by CRLF or LF; blank lines are passed over, and
// the text \r\n behind a message, four characters, is ignored. Answers end in
// CRLF. Requests may be sent without waiting for answers, which come in any
// order. What runs when the client ends its half of the connection is answered,
// and its subscriptions end.
// An idle connection is not closed, unless it never showed a good token and
// there is no room for another one.
//
// A message with a member jsonrpc is JSON-RPC 2.0, as above. One with a member
// command is a request in the dialect of the platform, whose clients work
// unchanged:
//
//	{"command": "GetLogs", "data": {…}, "extID": "a1", "__token": "…"}
//	{"extID": "a1", "status": 200, "data": {…}}
//	{"extID": "a1", "status": 400, "error": "INVALID_DATA", "code": 3, "message": "…"}
//
// A message with neither member, or both, or that is no JSON, is taken to be in
// the dialect of the connection's last good message, that of the platform if
// there was none. The extID may be any JSON value and comes back byte for byte;
// what has one is answered, whatever is wrong with it, and what has none is
// answered without. The token counts for its request alone and outranks what
// Authenticate bound; missing, null and empty ones are the same. Requests of
// JSON-RPC may have it too, over TCP. Missing and null data are the same. A member __access of data is not for us.
//
// Answers in that dialect are ASCII, without apostrophes and without commas
// inside strings: some of the platform's clients decode each piece of the network
// on its own, and repair text before they parse it. They have no member event.
// Subscribe and Unsubscribe with data.chanels, which are about market data, are
// answered as if nothing were wrong, and do nothing.
//
// After a message of too many bytes comes its error, with the extID if that
// stands in what was read, and the end of the connection.
//
// If the first bytes of a connection are the header Content-Length, each message
// has such a header, a blank line, and as many bytes, and so have the answers;
// all of them are JSON-RPC. Such a header that can't be understood ends the
// connection.
//
// # Live rows
//
// SubscribeLogs begins to send rows that match as they are written, over the
// connection by which it was called; over HTTP there is no such method. The
// answer comes first, then notifications:
//
//	{"jsonrpc": "2.0", "method": "LogEvent", "params": {"subscription": …,
//	 "structure": […], "rows": […], "dropped": 0, "cursor": …}}
//
// In the platform's dialect each row is a message of its own, with the event
// "log:event". After the answer to UnsubscribeLogs nothing of a subscription
// follows. One whose token expires or is revoked sends a last event with the
// member "ended". Rows that a client does not read fast enough are dropped and
// counted; it loses no answer, and others lose nothing.
//
// # Bounds
//
// With 64 requests in flight the server reads nothing more of a connection
// until one has been answered. Answers go through a queue of 256 KiB per
// connection; while it is full, no call of that connection starts. While all
// connections together hold 256 MiB of answers, no call starts at all, and
// beyond 1,024 that wait for it the answer is -32029. All of this can be
// configured: see [Limits].
package rpc
