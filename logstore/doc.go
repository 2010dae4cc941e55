// Package logstore answers queries over a journal: a folder of day files that
// another program writes. What its lines hold is a schema's and a Format's to say.
package logstore
