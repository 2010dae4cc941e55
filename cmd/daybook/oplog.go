package main

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A logSink takes the operational log's lines and counts those it lost: zap
// does not tell who logs that a write failed.
type logSink struct {
	w    io.Writer
	lost atomic.Int64
}

func (s *logSink) Write(line []byte) (int, error) {
	n, err := s.w.Write(line)
	if err != nil {
		s.lost.Add(1)
	}
	return n, err
}

// Sync flushes to the device where there is one: terminals, pipes and closed
// descriptors refuse with errors that mean nothing.
func (s *logSink) Sync() error {
	file, ok := s.w.(interface{ Sync() error })
	if !ok {
		return nil
	}
	err := file.Sync()
	for _, harmless := range [...]error{syscall.EINVAL, syscall.ENOTTY, syscall.EBADF, syscall.ENOTSUP} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

// Lost returns the number of lines that could not be written.
func (s *logSink) Lost() int64 { return s.lost.Load() }

// newLog makes the operational log: one JSON object per line, every line
// written (no sampling), times in UTC.
func newLog(sink *logSink, level zap.AtomicLevel) *zap.Logger {
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey = "time"
	encoding.MessageKey = "message"
	encoding.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	encoding.EncodeDuration = zapcore.SecondsDurationEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoding), zapcore.Lock(sink), level)
	// A lost line is counted by the sink; zap's own complaint would go to the
	// same place that just refused.
	return zap.New(core, zap.ErrorOutput(zapcore.AddSync(io.Discard)), zap.WithClock(utcClock{}))
}

// parseLevel reads the name of a log level.
func parseLevel(name string) (zapcore.Level, error) {
	switch name {
	case "debug", "info", "warn", "error":
		return zapcore.ParseLevel(name)
	}
	return 0, fmt.Errorf("%q is no level; levels are debug, info, warn and error", name)
}

// utcClock is the real clock, for log lines that need no time zone.
type utcClock struct{}

func (utcClock) Now() time.Time { return time.Now().UTC() }

func (utcClock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }
