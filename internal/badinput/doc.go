// Package badinput is the corpus of broken, odd and borderline input that
// every transport of the server must survive, and the client that sends it.
//
// Expectations come from the API contract, JSON-RPC 2.0 and RFC 6455 alone;
// nothing here knows how the server is built, and the package imports nothing
// of the project. Each [Case] says, for each transport and for a caller before
// and after authentication, which answers must come (code, id byte for byte,
// the param at fault), with which HTTP status or WebSocket close code, or that
// nothing may come at all. After each case the connection must go on working,
// except where the case is a documented end of it.
//
// [Run] and [RunTCP] are what a test of a server calls. The client speaks HTTP,
// RFC 6455 and the framings of TCP over plain sockets, because a library would
// refuse to send most of this.
//
// # Where the contract leaves room
//
//   - An id is a string, a number of any JSON form, or null, and is echoed
//     byte for byte. A request whose id is null is a request. Any other id is
//     -32600 with id null.
//   - A request that is at fault elsewhere in its envelope (jsonrpc, method, a
//     repeated member) is -32600 with its id, or null if it has none.
//   - Unknown members of the envelope are ignored.
//   - Escapes are resolved before member names, method names and "2.0" are
//     compared, so a member can be repeated under two spellings. A lone
//     surrogate escape is accepted and means U+FFFD.
//   - params that are neither an object nor an array of one object are -32602,
//     empty arrays and null included; which path such a fault has is left open.
//   - Depth counts arrays and objects from the message's outermost, which is 1.
//     What a token is, is left open: cases stay clear of the bound.
//   - Too many conditions, values or bytes of a pattern are faults of that
//     param (-32602); too large, deep, long a message or batch is -32013 with
//     id null, one object, HTTP status 413. Over WebSocket a message of too many
//     bytes ends with close 1009; after too deep a message or too long a batch
//     the server may close with 1009 or go on.
//   - Invalid UTF-8 is -32700 over HTTP and close 1007 over WebSocket.
//   - Over HTTP an Authenticate binds nothing, for the rest of its batch too.
//   - An authentication that fails may be answered -32029 instead of -32001,
//     because others at this address may have used up the attempts.
package badinput
