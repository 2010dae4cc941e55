package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// A progress draws a bar on a terminal while something long goes on. On
// anything else it draws nothing.
type progress struct {
	w     io.Writer // nil: draw nothing
	label string
	last  time.Time
}

// drawEvery keeps the bar from costing time.
const drawEvery = 100 * time.Millisecond

// newProgress returns a bar on w.
func newProgress(w io.Writer, label string) *progress {
	if !isTerminal(w) {
		return &progress{}
	}
	return &progress{w: w, label: label}
}

// Show draws the bar for done of total.
func (p *progress) Show(done, total int64) {
	if p.w == nil || total <= 0 {
		return
	}
	if now := time.Now(); done < total && now.Sub(p.last) < drawEvery {
		return
	} else {
		p.last = now
	}
	fmt.Fprintf(p.w, "\r%s %s %s of %s", p.label, bar(done, total), grouped(done), grouped(total))
}

// Done ends the bar's line.
func (p *progress) Done() {
	if p.w != nil {
		fmt.Fprintln(p.w)
	}
}

// bar draws a bar of 30 characters with its percentage.
func bar(done, total int64) string {
	const width = 30
	share := min(1, float64(done)/float64(total))
	full := int(share * width)
	return fmt.Sprintf("[%s%s] %3.0f%%", strings.Repeat("█", full), strings.Repeat("·", width-full), share*100)
}

// isTerminal tells whether w is a terminal, or at least a character device.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
