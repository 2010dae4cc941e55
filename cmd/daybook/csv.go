package main

import (
	"bufio"
	"io"

	"daybook/export"
)

// writeCSV writes a heading and the rows of t.
func writeCSV(to io.Writer, t *answerTable) error {
	w := bufio.NewWriter(to)
	layout := export.NewLayout(export.CSV, t.Structure)
	line := layout.AppendHead(nil)
	for _, row := range t.Rows {
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = line[:0]
		for i, cell := range t.cells(row) {
			line = layout.AppendText(line, i, []byte(cell))
		}
		line = layout.AppendEnd(line)
	}
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.Flush()
}
