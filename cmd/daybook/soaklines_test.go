package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// appendLines is another program, one that writes a journal:
//
//	appendlines FILE WRITER FIRST COUNT RATE
//
// It appends so many records, each by one write, so many a second, numbered from
// FIRST on. Of each record the actor is the writer, and the detail its number
// and the moment before it is written, in Unix nanoseconds.
func appendLines() {
	if err := appendAll(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "appendlines:", err)
		os.Exit(1)
	}
}

func appendAll(args []string) error {
	file, err := os.OpenFile(args[0], os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	var numbers [3]int
	for i := range numbers {
		if numbers[i], err = strconv.Atoi(args[2+i]); err != nil {
			return err
		}
	}
	first, count, rate := numbers[0], numbers[1], numbers[2]
	began := time.Now()
	for n := range count {
		if due := began.Add(time.Duration(n) * time.Second / time.Duration(rate)); time.Until(due) > 0 {
			time.Sleep(time.Until(due))
		}
		if _, err := file.Write(appendedLine(args[1], first+n)); err != nil {
			return err
		}
	}
	return file.Close()
}

// appendedLine returns a record as appendLines writes it.
func appendedLine(writer string, n int) []byte {
	return fmt.Appendf(nil, "%d\tSYSTEM\t%s\tTick\tINFO\t127.0.0.1\t#%d at %d\n", soakEnd().Unix(), writer, n, time.Now().UnixNano())
}

// live returns the path of today's file.
func (p *program) live() string {
	return filepath.Join(p.journal, "audit-"+soakEnd().Format(time.DateOnly)+".tsv")
}

// sum and moment are where the detail of a record of appendLines begins in an
// event, and what stands between its number and its moment.
var (
	eventDetail = []byte(`"127.0.0.1","#`)
	eventMoment = []byte(` at `)
)

// readAppended returns the number and the moment of the first record of
// appendLines in an event, and how many records there are in it.
func readAppended(t *testing.T, event []byte) (first int, moment time.Time, rows int) {
	rows = bytes.Count(event, eventDetail)
	if rows == 0 {
		return 0, time.Time{}, 0
	}
	rest := event[bytes.Index(event, eventDetail)+len(eventDetail):]
	number, rest, _ := bytes.Cut(rest, eventMoment)
	at, _, _ := bytes.Cut(rest, []byte{'"'})
	first, err := strconv.Atoi(string(number))
	nanoseconds, err2 := strconv.ParseInt(string(at), 10, 64)
	if err != nil || err2 != nil {
		t.Errorf("no record in %.300s", event)
	}
	return first, time.Unix(0, nanoseconds), rows
}
