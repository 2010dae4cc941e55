// Package requestlog keeps a journal of requests: who asked for what, from
// where, with which program, how long it took, and how it ended. It serves any
// program that answers requests; three lines are enough for one that speaks
// HTTP:
//
//	requests, err := requestlog.Open(requestlog.Options{Dir: "requests"})
//	defer requests.Close()
//	http.ListenAndServe(addr, requests.Middleware(mux))
//
// The last records reach the disk in Close, so a program that a signal ends has to
// return from its server first; examples/requests shows a whole one. Another
// module gets the package as it gets package client, whose documentation says how.
//
// The journal is a folder of daily files of JSON lines, one [Record] each, as
// docs/requests.md describes them; other programs write the same.
//
// # Requests do not wait
//
// A request leaves an [Entry] in a queue in memory, which takes microseconds. One
// goroutine takes entries out, masks and cuts what is in them, gives them their
// ids, and appends the lines to the day's file, each batch with one write. The
// queue is bounded in records and bytes: when the disk is slower than the
// requests for too long, records are dropped, counted ([Log.Stats]) and reported,
// and requests go on as before.
//
// # Secrets
//
// No secret gets into a file. Masked are every header, query parameter, form
// field and JSON member whose name speaks of one, and tokens wherever they
// stand: those of Daybook's own forms, and whatever the request itself offered
// under such a name. What is masked is masked before it is cut.
package requestlog
