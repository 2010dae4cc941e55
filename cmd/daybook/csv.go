package main

import (
	"bufio"
	"strconv"
	"strings"
)

// appendCSV appends one RFC 4180 record: fields separated by commas, quoted
// where they must be, ended by CR LF. Line breaks inside a field stay exactly
// as they are, which encoding/csv does not promise for CR LF output.
func appendCSV(dst []byte, fields []string) []byte {
	for i, field := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		field = defuse(field)
		if !needsQuotes(field) {
			dst = append(dst, field...)
			continue
		}
		dst = append(dst, '"')
		dst = append(dst, strings.ReplaceAll(field, `"`, `""`)...)
		dst = append(dst, '"')
	}
	return append(dst, '\r', '\n')
}

func needsQuotes(field string) bool {
	return strings.ContainsAny(field, ",\"\r\n") ||
		field != "" && (field[0] == ' ' || field[len(field)-1] == ' ')
}

// formulaStarts are the characters that make a spreadsheet read a cell as a
// formula, the full-width forms included, or lose its first character.
const formulaStarts = "=+-@\t\r\n\x00＝＋－＠"

// defuse puts an apostrophe before text that a spreadsheet would run as a
// formula. A lone "-" (no actor) and plain numbers cannot do harm and stay.
func defuse(field string) string {
	if field == "" || !strings.ContainsRune(formulaStarts, firstRune(field)) || field == "-" {
		return field
	}
	if _, err := strconv.ParseFloat(field, 64); err == nil && strings.Trim(field, "+-.0123456789") == "" {
		return field
	}
	return "'" + field
}

func firstRune(text string) rune {
	for _, r := range text {
		return r
	}
	return -1
}

// writeCSV writes a heading and the rows of t.
func writeCSV(w *bufio.Writer, t *answerTable) error {
	line := appendCSV(nil, t.Structure)
	if _, err := w.Write(line); err != nil {
		return err
	}
	for _, row := range t.Rows {
		line = appendCSV(line[:0], t.cells(row))
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
