// Package client asks a Daybook server: searches, counts, pages of all matches,
// and live rows. It has a method for each method of the API, which is described in
// docs/api.md, and [Client.Call] for any.
//
//	c, err := client.New("wss://audit.example.com", client.Options{
//		Token: client.StaticToken(os.Getenv("DAYBOOK_TOKEN")),
//	})
//	…
//	defer c.Close()
//	for r, err := range c.Records(ctx, client.FilterParams{
//		Conditions: client.Conditions{Where: []client.Clause{{"status", "=", "ERROR"}}},
//	}) {
//		…
//	}
//
// The package uses nothing else of the module, and of other modules only
// gorilla/websocket. It needs the Go of the module's go.mod, 1.26. Another module
// gets it by
//
//	go mod edit -require=daybook@v0.0.0 -replace=daybook=PATH
//	go mod tidy
//
// where PATH is a copy of Daybook's sources.
//
// # Connections
//
// With an address of the scheme ws or wss all calls go over one WebSocket
// connection, side by side, 64 at once. It is made when the first call needs it.
// When it is lost, another one is made, with pauses that grow and are drawn by lot,
// and calls that wait for their answers are sent again, three times at most: no
// method of the server changes anything, so that is safe. One that the server puts
// off ([ErrTooFrequent]) is sent again after the time that it asks for. A call fails
// when its context ends, or after Options.Patience of that. Until the server has
// answered once, nothing is tried again: a wrong address is told at once.
//
// With http or https each call is a POST of its own and is not tried again, which
// is enough for a program that asks one thing and ends.
//
// Each subscription to live rows has a WebSocket connection of its own, whatever
// the scheme. [Client.Follow] goes on over another one when it is lost, without gap
// or duplicate; [Client.SubscribeLogs] is one subscription over one connection.
//
// # Bounds
//
// One message is bounded by Options.MaxMessage. Of live rows that are not taken a
// client holds 1 MiB, or one event; then it reads no further, and the server waits,
// drops rows and counts them. Results are decoded whole, one page at a time.
//
// # Errors
//
// A refusal of the server is an *[Error], with what it says for programs;
// [errors.Is] tells its kind, as ErrBadParams. A *[ConnectionError] says that the
// server was not reached, and within it a *[ProtocolError] or *[StatusError] that
// something else than a Daybook server answered. The end of a context is its own
// error. No error, and nothing that Options.Notify is told, holds a token.
package client
