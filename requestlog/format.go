package requestlog

import (
	"strings"

	"daybook/filter"
	"daybook/logstore"
)

// Format returns the format of the lines of request journals: where a line has the
// fields of Schema.
func Format() logstore.Format {
	members := make([]logstore.Member, schema.Len())
	for i := range members {
		name := schema.Name(filter.Field(i))
		if filter.Field(i) == UserID {
			name = "user.id"
		}
		if member, presence := strings.CutPrefix(name, "has_"); presence {
			members[i] = logstore.Member{Path: member, Presence: true}
		} else {
			members[i] = logstore.Member{Path: name}
		}
	}
	return logstore.JSONLines(members...)
}
