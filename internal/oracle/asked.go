package oracle

import (
	"encoding/json"
	"maps"
)

// asked are the params of contract 2.2, "Asked for", that say what an answer
// has beside its rows and counts, and of which journal it speaks.
type asked struct {
	explain, cursor bool
	at              *string // the cursor of a snapshot, nil for the journal as it is
	partial         bool
}

// askedNames returns the names of these params, in the order of the contract.
func askedNames() []string { return []string{"explain", "cursor", "at", "partial"} }

// asked decodes these params.
func (p params) asked() (a asked, err *Error) {
	if a.explain, err = p.flag("explain"); err != nil {
		return asked{}, err
	}
	if a.cursor, err = p.flag("cursor"); err != nil {
		return asked{}, err
	}
	if raw := p.raw("at"); raw != nil {
		if jsonKind(raw) != '"' {
			return asked{}, fault("at", "must be a cursor")
		}
		cursor := jsonString(raw)
		a.at = &cursor
	}
	a.partial, err = p.flag("partial")
	return a, err
}

// ownCursor is the cursor that an oracle gives out: an oracle sees one
// snapshot only, the journal as New has read it.
const ownCursor = "as read"

// Recall returns an oracle that answers as o does and knows, besides, the
// snapshots that a product has named: requests at one of the cursors are
// answered by the oracle that read the journal when the cursor was given out.
func (o *Oracle) Recall(snapshots map[string]*Oracle) *Oracle {
	recalling := *o
	recalling.snapshots = maps.Clone(snapshots)
	return &recalling
}

// snapshot returns the oracle that answers: "at: cursor answers from that
// snapshot". A cursor that nobody has given out is a fault of the params.
func (o *Oracle) snapshot(a asked) (*Oracle, *Error) {
	if a.at == nil || *a.at == ownCursor {
		return o, nil
	}
	if s, ok := o.snapshots[*a.at]; ok {
		return s, nil
	}
	return nil, fault("at", "no snapshot of that name")
}

// ask adds to an answer what was asked for. What explain shows is the
// product's own affair; here it is empty.
func (a *answer) ask(asked asked) {
	if asked.explain {
		a.Explain = json.RawMessage("{}")
	}
	if asked.cursor {
		a.Cursor = ownCursor
		if asked.at != nil {
			a.Cursor = *asked.at
		}
	}
}
