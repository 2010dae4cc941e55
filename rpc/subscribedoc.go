package rpc

import (
	"fmt"

	"daybook/filter"
)

// subscribeLogsParams describes the params of SubscribeLogs.
func subscribeLogsParams(l filter.Limits) []ParamDoc {
	return append(conditionParams("", l),
		ParamDoc{
			Name:    "backfill",
			Summary: fmt.Sprintf("How many of the last matches that are there already come first, 0 to %d.", mostBackfill),
			Schema:  orElse(countUpTo(mostBackfill), 0),
		},
		ParamDoc{
			Name:    "after",
			Summary: "The cursor of an earlier subscription: every match after it comes first. Excludes backfill.",
			Schema:  Schema{"type": "string", "minLength": 1},
		},
	)
}

// subscribeLogsResult describes the answer of SubscribeLogs.
func subscribeLogsResult() ResultDoc {
	return ResultDoc{
		Name:    "subscription",
		Summary: "What the notifications carry, and where the subscription begins.",
		Schema: closedObject(Schema{
			"subscription": Schema{"type": "string", "description": "its id"},
			"cursor":       Schema{"type": "string", "description": "the place in the journal at which it begins"},
		}, "subscription", "cursor"),
	}
}

// unsubscribeLogsParams describes the params of UnsubscribeLogs.
func unsubscribeLogsParams() []ParamDoc {
	return []ParamDoc{{
		Name:     "subscription",
		Summary:  "The id that SubscribeLogs answered.",
		Required: true,
		Schema:   Schema{"type": "string"},
	}}
}

// unsubscribeLogsResult describes the answer of UnsubscribeLogs.
func unsubscribeLogsResult() ResultDoc {
	return ResultDoc{
		Name:    "ended",
		Summary: "Whether this connection had that subscription.",
		Schema:  Schema{"type": "boolean"},
	}
}

// logEvent describes the notification that the server sends to those who
// subscribed.
func logEvent(structure []string) Method {
	members := tableMembers(structure, ref("UnixTime"))
	text := Schema{"type": "string"}
	return Method{
		Name:    eventMethod,
		Summary: "Brings rows that match a subscription, in file order.",
		Params: []ParamDoc{
			{Name: "subscription", Summary: "The id that SubscribeLogs answered.", Required: true, Schema: text},
			{Name: "structure", Summary: "The names of the columns.", Required: true, Schema: members["structure"].(Schema)},
			{Name: "rows", Summary: "Matching rows.", Required: true, Schema: members["rows"].(Schema)},
			{
				Name:     "dropped",
				Summary:  "Matching rows before these that were dropped, because they were not read fast enough.",
				Required: true,
				Schema:   Schema{"type": "integer", "minimum": 0},
			},
			{Name: "cursor", Summary: "The position behind the last row considered, for after.", Required: true, Schema: text},
			{Name: "ended", Summary: "Why this is the last event; left out of all others.", Schema: text},
		},
	}
}
