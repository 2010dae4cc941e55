package rpc

import "daybook/filter"

// timeField is the name of the audit journal's time field, and timeColumn
// what GetLogs calls the same column, which it shows as text.
const (
	timeField  = "timestamp"
	timeColumn = "time"
)

// AuditSchema returns the fields of the audit journal, in the order in which
// its lines hold them and answers show them.
func AuditSchema() *filter.Schema {
	return filter.NewSchema(
		filter.FieldSpec{Name: timeField, Kind: filter.Time},
		filter.FieldSpec{Name: "actor_type", Kind: filter.Text},
		filter.FieldSpec{Name: "actor_id", Kind: filter.Text},
		filter.FieldSpec{Name: "action", Kind: filter.Text},
		filter.FieldSpec{Name: "status", Kind: filter.Text},
		filter.FieldSpec{Name: "source", Kind: filter.Text},
		filter.FieldSpec{Name: "detail", Kind: filter.Text},
	)
}
