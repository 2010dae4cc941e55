// Package peer asks other programs what daybook is asked: DuckDB, SQLite with
// an index for each question and with its trigram index, and pipelines of
// ripgrep, mawk and sort. Each has two threads.
//
//	workload.Query ──▶ statements.go  ──▶ DuckDB, SQLite   in process, loaded once
//	               └─▶ pipeline.go    ──▶ bash             over the files themselves
//
// What they are asked, their settings and their indexes are those with which
// the figures of reference.go were taken; a contender that is much slower than
// these is not the one to be compared with.
package peer
