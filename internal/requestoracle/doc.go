// Package requestoracle says what the API of request logs answers, by a naive
// evaluation of the API reference alone: it reads lines with encoding/json, looks
// at every record, and sorts them all. It shares no code with what it checks.
package requestoracle
