package main

import (
	"errors"
	"os"

	"daybook/rpc"
)

// A recordFile appends requests with their answers to a file.
type recordFile struct {
	*rpc.Recorder
	file *os.File
}

// openRecordFile opens the file for appending; one that is made can be read by
// its owner alone, because answers are the journal's content.
func openRecordFile(name string) (*recordFile, error) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &recordFile{rpc.NewRecorder(file), file}, nil
}

// Close writes what waits and closes the file.
func (r *recordFile) Close() error {
	return errors.Join(r.Recorder.Close(), r.file.Close())
}
