package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"daybook/client"
)

// A rowPrinter writes live rows, each on a line as soon as it comes.
type rowPrinter struct {
	out    *bufio.Writer
	notes  io.Writer
	json   bool
	colour bool
	widths []int // of columns, as wide as the widest cell so far
}

// widestColumn is how wide a cell may make its column, in characters. Cells
// that are wider push aside what follows them in their own line only.
const widestColumn = 24

// newRowPrinter returns a printer to stdout. Colours are for terminals, unless
// NO_COLOR (no-color.org) is set.
func (a *app) newRowPrinter(asJSON bool) *rowPrinter {
	return &rowPrinter{
		out:    bufio.NewWriter(a.stdout),
		notes:  a.stderr,
		json:   asJSON,
		colour: isTerminal(a.stdout) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb",
	}
}

// event prints the rows of an event, and before them how many are missing.
func (p *rowPrinter) event(e *client.LogEvent) error {
	if e.Dropped > 0 {
		p.dropped(e.Dropped)
	}
	for _, row := range e.Rows {
		if len(row) != len(e.Structure) {
			return fmt.Errorf("a row has %d values for %d columns", len(row), len(e.Structure))
		}
	}
	if p.json {
		for _, row := range e.Rows {
			if err := p.object(e.Structure, row); err != nil {
				return err
			}
		}
		return p.out.Flush()
	}
	table := answerTable{Structure: e.Structure}
	lines := make([][]string, len(e.Rows))
	for i, row := range e.Rows {
		lines[i] = table.cells(row)
		for j := range lines[i] {
			lines[i][j] = visible(lines[i][j])
		}
		p.widen(e.Structure, lines[i])
	}
	for _, cells := range lines {
		p.line(e.Structure, cells)
	}
	return p.out.Flush()
}

// dropped says that rows are missing.
func (p *rowPrinter) dropped(n int64) {
	if p.json {
		fmt.Fprintf(p.out, "{\"dropped\":%d}\n", n)
		return
	}
	fmt.Fprintf(p.notes, "daybook: %s left out here: the server dropped what was not read fast enough\n", plural(n, "row"))
}

// object prints a row as a JSON object with its members in the order of the
// columns.
func (p *rowPrinter) object(structure []string, row []any) error {
	separator := byte('{')
	for i, value := range row {
		p.out.WriteByte(separator)
		separator = ','
		if err := p.value(structure[i]); err != nil {
			return err
		}
		p.out.WriteByte(':')
		if err := p.value(value); err != nil {
			return err
		}
	}
	_, err := p.out.WriteString("}\n")
	return err
}

// value prints one JSON value.
func (p *rowPrinter) value(v any) error {
	var text bytes.Buffer
	if err := writeJSON(&text, v); err != nil {
		return err
	}
	_, err := p.out.Write(bytes.TrimSpace(text.Bytes()))
	return err
}

// usualWidth returns how wide a column is from the start, so that it need not
// grow with the first rows.
func usualWidth(column string) int {
	return map[string]int{"actor_type": 7, "actor_id": 6, "action": 14, "status": 7, "source": 15}[column]
}

// widen makes columns as wide as cells. The last one ends a line, and has no
// width.
func (p *rowPrinter) widen(structure, cells []string) {
	for i := len(p.widths); i < len(cells); i++ {
		p.widths = append(p.widths, usualWidth(structure[i]))
	}
	for i, cell := range cells {
		if n := utf8.RuneCountInString(cell); n <= widestColumn {
			p.widths[i] = max(p.widths[i], n)
		}
	}
}

// Escape sequences of terminals (ECMA-48 SGR).
const (
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

// line prints one row.
func (p *rowPrinter) line(structure, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			p.out.WriteString("  ")
		}
		colour := p.colourOf(i, structure, cell)
		p.out.WriteString(colour)
		p.out.WriteString(cell)
		if colour != "" {
			p.out.WriteString(plain)
		}
		if gap := p.widths[i] - utf8.RuneCountInString(cell); gap > 0 && i < len(cells)-1 {
			p.out.WriteString(strings.Repeat(" ", gap))
		}
	}
	p.out.WriteByte('\n')
}

// colourOf returns the colour of a cell; "" for the terminal's own.
func (p *rowPrinter) colourOf(i int, structure []string, cell string) string {
	if !p.colour {
		return ""
	}
	switch structure[i] {
	case "timestamp":
		return dim
	case "status":
		return map[string]string{"ERROR": red, "WARNING": yellow, "SUCCESS": green}[cell]
	}
	return ""
}
