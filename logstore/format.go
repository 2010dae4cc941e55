package logstore

// A Format says how a journal's lines hold their columns.
type Format uint8

// TSV is tab separated values with backslash escapes; the zero value.
const TSV Format = iota
