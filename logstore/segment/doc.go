// Package segment is the column index of a stretch of records. A segment is
// derived from a stretch of a journal's content and never changes: it tells
// which records match, and where their lines begin, and the lines are read from
// the journal.
//
//	records, decoded ── Builder ──▶ image ── Open ──▶ Segment ── Search ──▶ Matches
//	                    (memory)    ([]byte)          (views)    (bitmap)
//
// Records are numbered from 0 in the order of their lines. A segment has at
// most MaxRecords of them, so that a day is one segment or a few, which workers
// build and search in parallel, each in bounded memory.
//
// # What an image holds
//
//   - Of each record, where its line begins, and its time: by blocks of 64
//     records, which is also a word of a bitmap, with the block's least and
//     greatest time.
//   - Of each field whose values repeat, a dictionary: its distinct values in
//     ascending order, a code for each record, and the list of records for each
//     value. A condition is evaluated once for each value, not for each record,
//     and an order compares codes. Null is the least value. A boolean's code is a
//     bit.
//   - Of each field of numbers that hardly repeat, by the schema, what the time has:
//     by blocks, with the least and greatest of each; and which records are null.
//   - Of each field of free text, templates, which are values with a slot in place
//     of each digit: the distinct ones, the list of records for each, and the
//     digits that fill the slots, two to a byte. That is all of the text.
//   - Or, where hardly any values share a template, words. Words that many records
//     hold have a list of records each. Of the others, and of their trigrams,
//     hashes tell the blocks where they stand, and seldom name one where they
//     don't.
//
// Field names and their meaning appear nowhere: a field is a number below the
// schema's length. The layout in bytes is described in image.go.
//
// # How a search goes
//
// Each step of the program becomes a set of codes, and with it the exact number
// of records that it leaves. The most selective comes first: as a list of
// records where it leaves few, otherwise as a bitmap. Free text comes last:
// templates and digits decide any condition; what words decide is decided, and for
// the rest the blocks that may hold a match are named. The caller reads their
// lines and evaluates the conditions on them.
//
// A segment may name too many candidates, never too few, and what it calls a
// match is one: an index makes an answer faster, never different.
package segment
