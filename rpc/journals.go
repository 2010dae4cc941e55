package rpc

import (
	"daybook/auth"
	"daybook/filter"
)

// journalName is the param that says which journal is asked, and the others are
// what it may be.
const (
	journalName    = "journal"
	auditJournal   = "audit"
	requestJournal = "requests"
)

// journals are the journals that a method can be asked about, by the param
// journal.
type journals struct{ audit, requests *searcher }

// named returns the journal that params ask for; the audit journal where they name
// none, or none that there is.
func (j journals) named(p *filter.Params) *searcher {
	if name, err := p.Choice(journalName, auditJournal, requestJournal); err == nil && name == requestJournal {
		return j.requests
	}
	return j.audit
}

// check returns what is wrong with the name of the journal; nil if there is none.
func (j journals) check(p *filter.Params) error {
	_, err := p.Choice(journalName, auditJournal, requestJournal)
	return err
}

// needs is the Needs of a method that takes the param journal.
func (j journals) needs(params []byte) auth.Action {
	if p, err := filter.ParseParams(params); err == nil && j.named(p) == j.requests {
		return auth.ReadRequestLogs
	}
	return auth.ReadLogs
}

// journalParam describes journal; purpose says what is done in or with it.
func journalParam(purpose string) ParamDoc {
	return ParamDoc{
		Name:    journalName,
		Summary: "The journal to " + purpose + "; the audit journal when left out. That of requests is for the sessions that may call GetRequestLogs.",
		Schema:  orElse(Schema{"enum": []string{auditJournal, requestJournal}}, auditJournal),
	}
}
