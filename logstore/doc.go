// Package logstore answers queries over a journal: a folder of day files that
// another program writes.
package logstore
