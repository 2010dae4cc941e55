package main

import (
	"bytes"
	"os"
	"testing"

	"go.uber.org/zap"
)

func TestLogSinkCountsLostLines(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	write.Close()
	sink := &logSink{w: write}
	log := newLog(sink, zap.NewAtomicLevel())
	log.Info("one")
	log.Info("two")
	log.Debug("below the level")
	if got := sink.Lost(); got != 2 {
		t.Errorf("Lost() = %d, want 2", got)
	}
}

// TestLogSinkSync checks that a pipe, which cannot be synced, is no failure.
func TestLogSinkSync(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	if err := write.Sync(); err == nil {
		t.Fatal("a pipe can be synced here: this test shows nothing")
	}
	if err := (&logSink{w: write}).Sync(); err != nil {
		t.Errorf("Sync() of a pipe = %v, want nil", err)
	}
}

func TestLogIsOneJSONObjectPerLine(t *testing.T) {
	var b bytes.Buffer
	log := newLog(&logSink{w: &b}, zap.NewAtomicLevel())
	log.Info("first\nline", zap.String("name", "x\ny"))
	for range 200 { // no sampling
		log.Info("same")
	}
	lines := bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n"))
	if len(lines) != 201 {
		t.Errorf("%d lines, want 201", len(lines))
	}
	for _, line := range lines {
		if _, err := decodeValue(line); err != nil {
			t.Errorf("line %s: %v", line, err)
		}
	}
}
