package logstore

import "time"

// An Incident is something that happened to day files and should not have:
// what was read of a file is gone or is other bytes, or a file changed that was
// done.
type Incident struct {
	Time   time.Time // when it was noticed, in UTC
	Kind   IncidentKind
	File   string // its name then; "" where it is of the whole folder
	Offset int64  // in the file's content, where what is wrong begins or what is new
}

// An IncidentKind says what happened.
type IncidentKind string

// The kinds of incident.
const (
	Truncated  IncidentKind = "TRUNCATED"   // the file was cut shorter than what was read of it: Offset bytes
	Rewritten  IncidentKind = "REWRITTEN"   // the bytes before Offset, which were read, are other ones
	Deleted    IncidentKind = "DELETED"     // the file is gone; Offset bytes of it were read
	Recreated  IncidentKind = "RECREATED"   // beside a compressed file, the plain one begins differently: both are read
	LateAppend IncidentKind = "LATE_APPEND" // the file grew from Offset on though its day is over
	SourceGone IncidentKind = "SOURCE_GONE" // the journal folder was replaced, unmounted, or can't be read
)

// IncidentKinds returns all kinds of incident. The slice is the caller's.
func IncidentKinds() []IncidentKind {
	return []IncidentKind{Truncated, Rewritten, Deleted, Recreated, LateAppend, SourceGone}
}
