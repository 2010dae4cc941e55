package rpc

import "daybook/filter"

// Methods returns the method table: what every transport serves and
// rpc.discover describes. Of limits it uses Rows and Answer; query bounds the
// conditions of one request, its Rows being those of limits. The zero value of
// either stands for the defaults.
func Methods(store Store, tokens Tokens, limits Limits, query filter.Limits) []Method {
	limits = limits.withDefaults()
	if query == (filter.Limits{}) {
		query = filter.DefaultLimits()
	}
	query.Rows = int64(limits.Rows)
	s := &searcher{store: store, schema: AuditSchema(), query: query, maxAnswer: limits.Answer}
	methods := []Method{
		authenticate(tokens),
		getLogs(s),
		getLogsByFilter(s),
		getLogHistogram(s),
		getLogTop(s),
		getJournalStatus(s),
		subscribeLogs(s),
		unsubscribeLogs(),
	}
	return append(methods, discover(append(methods, cancelRequest(), logEvent(s.schema.Names())), querySchemas(s.schema, query)))
}
