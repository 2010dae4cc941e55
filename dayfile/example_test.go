package dayfile_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"daybook/dayfile"
)

func Example() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	now := func() time.Time { return time.Date(2026, 4, 22, 9, 14, 2, 0, time.UTC) }
	journal, err := dayfile.Open(dayfile.Options{
		Dir:     dir,
		Now:     now, // time.Now by default
		MaxSize: 1 << 30,
		Sync:    dayfile.SyncPolicy(time.Second),
		Report:  func(err error) { log.Print(err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	line := dayfile.AppendTSV(nil, now(), "MANAGER", "1223", "UpdateUser", "SUCCESS", "10.0.4.17", "leverage 1:200,\nby phone")
	if _, err := journal.Write(line); err != nil {
		log.Fatal(err)
	}
	if err := journal.Close(); err != nil {
		log.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(dir, "audit-2026-04-22.tsv"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q", text)
	// Output: "2026-04-22T09:14:02Z\tMANAGER\t1223\tUpdateUser\tSUCCESS\t10.0.4.17\tleverage 1:200,\\nby phone\n"
}

// A batch of several records is appended in one piece. Of one that a full disk
// cut short, the rest can be written later.
func ExampleWriter_Write() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	journal, err := dayfile.Open(dayfile.Options{Dir: dir, Pattern: "requests-{date}.jsonl"})
	if err != nil {
		log.Fatal(err)
	}
	defer journal.Close()

	batch := []byte(`{"id": 1, "endpoint": "/rpc"}` + "\n" + `{"id": 2, "endpoint": "/rpc"}` + "\n")
	n, err := journal.Write(batch)
	if err != nil {
		log.Print(err)
		batch = batch[n:] // to be tried again
	}
	fmt.Println(n == len(batch))
	// Output: true
}
