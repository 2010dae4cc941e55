package rpc

import (
	"maps"

	"daybook/auth"
	"daybook/filter"
)

// Methods returns the method table: what every transport serves and
// rpc.discover describes. Of limits it uses Rows and Answer; query bounds the
// conditions of one request, its Rows being those of limits. The zero value of
// either stands for the defaults. With a journal of requests, of which there may
// be one, its methods are among them.
func Methods(store Store, tokens Tokens, limits Limits, query filter.Limits, requests ...RequestJournal) []Method {
	limits = limits.withDefaults()
	if query == (filter.Limits{}) {
		query = filter.DefaultLimits()
	}
	query.Rows = int64(limits.Rows)
	s := &searcher{name: auditJournal, action: auth.ReadLogs, store: store, schema: AuditSchema(), query: query, maxAnswer: limits.Answer}
	s.journals = []*searcher{s}
	schemas := querySchemas(s.schema, query)
	var more []Method
	for i := range requests {
		r := requests[i].searcher(s)
		s.journals = append(s.journals, r)
		more = append(more, getRequestLogs(r, requests[i].Columns))
		maps.Copy(schemas, requestSchemas(r.schema, query))
	}
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
	methods = append(methods, more...)
	return append(methods, discover(append(methods, cancelRequest(), logEvent(s.schema.Names())), schemas))
}
