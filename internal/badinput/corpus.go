package badinput

import (
	"fmt"
	"slices"
	"strings"
)

// Limits are the bounds of the server under test; the cases stand on both
// sides of each.
type Limits struct {
	Message      int // bytes
	EarlyMessage int // bytes, before authentication
	Depth        int // nested arrays and objects
	Tokens       int
	Batch        int // items
	Conditions   int // over all keys of a query
	List         int // values in one list
	Pattern      int // bytes of one pattern
	Page         int // highest limit param
	OrderTerms   int
}

// DefaultLimits are those of the contract.
func DefaultLimits() Limits {
	return Limits{
		Message:      1 << 20,
		EarlyMessage: 64 << 10,
		Depth:        32,
		Tokens:       100_000,
		Batch:        100,
		Conditions:   64,
		List:         10_000,
		Pattern:      4 << 10,
		Page:         50_000,
		OrderTerms:   16,
	}
}

// leastCases is how many cases the corpus must have.
const leastCases = 500

// Cases lists the whole corpus for a server with these limits. Names are
// unique and no two cases send the same bytes.
func Cases(l Limits) []Case {
	return slices.Concat(
		brokenCases(),
		judgementCases(),
		idCases(),
		methodCases(),
		versionCases(),
		textCases(),
		paramCases(),
		getLogsCases(),
		filterCases(),
		batchCases(l),
		limitCases(l),
		requestCases(l),
		upgradeCases(),
		frameCases(),
		messageFrameCases(l),
	)
}

// call writes a request; id "" makes it a notification, params "" leaves them
// out.
func call(id, method, params string) string {
	var b strings.Builder
	b.WriteString(`{"jsonrpc":"2.0"`)
	if id != "" {
		fmt.Fprintf(&b, `,"id":%s`, id)
	}
	fmt.Fprintf(&b, `,"method":"%s"`, method)
	if params != "" {
		fmt.Fprintf(&b, `,"params":%s`, params)
	}
	b.WriteByte('}')
	return b.String()
}

// discover is a request that anyone may send.
func discover(id string) string { return call(id, "rpc.discover", "") }

// nowhere is a notification that is answered by nothing.
func nowhere() string { return call("", "no.such.method", "") }

// login is an Authenticate request. {token} is filled in when it is sent.
func login(id string) string { return call(id, "Authenticate", `{"token":"{token}"}`) }

// Params of queries that read no file: their time range is one second of 1970.
const (
	emptyLogs   = `"from":0,"to":0`
	emptyFilter = `"whereBetween":["timestamp",[0,0]]`
	firstPage   = `"limit":0,"offset":0`
)

// logs is a GetLogs request that needs a token and finds nothing.
func logs(id string) string {
	return call(id, "GetLogs", "{"+emptyLogs+","+firstPage+"}")
}
