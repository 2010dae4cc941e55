// Package dayfile writes journals as Daybook reads them: one file per UTC day,
// one record per line. It is for programs that keep a journal of their own.
//
// A [Writer] knows files and whole lines; what is in a line is the caller's.
// [AppendTSV] makes the lines of an audit journal, and any other format of one
// record per line will do.
//
// # Several writers
//
// Any number of goroutines may use one Writer, and any number of processes may
// write to one folder. Each call of [Writer.Write] takes an flock(2) on the live
// file, makes sure that the file still has its name, and appends with a single
// write(2) on a descriptor opened with O_APPEND. A process that ends gives its
// lock up, however it ends. Programs that append without the lock do no harm as
// long as each of their appends is whole lines; on file systems without flock,
// such as some network ones, Write fails and says so.
//
// # Rotation
//
// A file that would grow beyond [Options.MaxSize] is renamed to the next part of
// its day: audit-2026-04-22.tsv to audit-2026-04-22.1.tsv, then .2.tsv and so
// on; numbers whose file is compressed count as taken. The live file is always
// the one without a number. Whoever else has it open finds that it was renamed
// when it next takes the lock, and goes on with the new one.
//
// # Crashes
//
// A process that is killed while it writes, or a disk that fills up, can leave
// the beginning of a line behind. After an error, Write cuts the file back to
// whole lines. After a crash, whoever next opens or locks the file closes the
// torn line off: it appends [TornMark] and a newline, and tells Options.Report.
// So the next record is whole, and the torn line stays for everyone to see: it
// is malformed for want of columns, or its last column ends with the mark. No
// call of Write had returned for it. Nothing is removed, because the beginning
// of a record may be the only trace of what a program did before it crashed.
package dayfile
