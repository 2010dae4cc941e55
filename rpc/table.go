package rpc

import (
	"maps"

	"daybook/filter"
	"daybook/requestlog"
)

// Methods returns the method table, over the audit journal and that of requests:
// what every transport serves and rpc.discover describes. Where requests is nil,
// there is no such method as asks about that journal. Of limits it uses Rows and
// Answer; query bounds the conditions of one request, its Rows being those of
// limits. The zero value of either stands for the defaults.
func Methods(audit, requests Store, tokens Tokens, limits Limits, query filter.Limits) []Method {
	limits = limits.withDefaults()
	if query == (filter.Limits{}) {
		query = filter.DefaultLimits()
	}
	query.Rows = int64(limits.Rows)
	s := &searcher{store: audit, schema: AuditSchema(), query: query, maxAnswer: limits.Answer}
	r := &searcher{store: requests, schema: requestlog.Schema(), query: query, maxAnswer: limits.Answer}
	both := journals{audit: s, requests: r}
	methods := []Method{
		authenticate(tokens),
		getLogs(s),
		getLogsByFilter(s),
		getLogHistogram(both),
		getLogTop(both),
		getJournalStatus(both),
		subscribeLogs(s),
		unsubscribeLogs(),
		getRequestLogs(r),
	}
	schemas := querySchemas(s.schema, query)
	maps.Copy(schemas, requestSchemas(r.schema, query))
	return append(methods, discover(append(methods, cancelRequest(), logEvent(s.schema.Names())), schemas))
}
