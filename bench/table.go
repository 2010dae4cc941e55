package main

import (
	"strings"
	"unicode/utf8"
)

// A table has a name in its first column and figures in the others.
type table struct {
	head []string
	rows [][]string // each as long as head
}

// add adds a row.
func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// text returns the table for a terminal, its columns aligned.
func (t *table) text() string {
	var b strings.Builder
	widths := t.widths()
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(cell + padding)
			} else {
				b.WriteString("  " + padding + cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// widths returns how many characters each column needs.
func (t *table) widths() []int {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// markdown returns the table for a document.
func (t *table) markdown() string {
	var b strings.Builder
	line := func(cells []string) {
		for _, cell := range cells {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	line(t.head)
	b.WriteString("|---" + strings.Repeat("|---:", len(t.head)-1) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}
