// Package filter decides which records of a journal a request asks for, and
// in which order.
//
// A [Schema] names the fields of a journal. [Decode] turns the params of a
// request into a [Query]: conditions that all have to hold, an order and a
// page. [Query.Compile] makes a [Program] of the conditions, which
// [Program.Prune] shortens by what is known of a stretch of records, and a
// [Matcher] evaluates on one record after another without allocating. An
// [Ordering] turns the records that match into keys that sort by their bytes.
//
// The package knows nothing of files, users or connections. What it needs of
// a record is in [Record]; what a journal's format has to say about escapes
// is in [Unescape].
//
// # Decoded values
//
// Conditions and ordering see decoded values: escapes resolved, and each byte
// that is part of no valid UTF-8 sequence replaced by one U+FFFD. A raw column
// without backslash and without invalid UTF-8 is its own decoded value, and
// most columns are; the code is arranged around that. Columns of other formats
// come decoded.
//
// # Numbers and null
//
// Values of a field that is no text are numbers, each of eight bytes that sort as
// the numbers do ([AppendNumber]); text operators see a number as it is shown
// ([Kind.AppendShown]). A value may be null, where the schema says so, and is a
// nil slice then: no positive condition matches it, each negated one does, and it
// sorts before all others.
package filter
