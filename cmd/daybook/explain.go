package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"daybook/logstore"
)

// writeExplanation writes how an answer was found, for people: what each step
// read, and how each condition was decided. Numbers that are zero are left out.
func writeExplanation(w io.Writer, x *logstore.Explanation) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "\nFound in %.3f ms:\n", x.Took)
	columns := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "STEP\tMS\tFILES\tSKIPPED\tSEGMENTS\tCANDIDATES\tLINES\tBYTES\tMATCHES\t")
	for _, s := range x.Steps {
		cells := []string{visible(s.Step), fmt.Sprintf("%.3f", s.Took)}
		for _, n := range []int64{s.Files, s.Skipped, s.Segments, s.Candidates, s.Lines, s.Bytes, s.Matches} {
			cells = append(cells, unlessZero(n))
		}
		fmt.Fprintln(columns, strings.Join(cells, "\t")+"\t")
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	if len(x.Conditions) == 0 {
		return out.Flush()
	}
	fmt.Fprintln(out)
	columns = tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(columns, "CONDITION\tDECIDED BY\tVALUES\tLEFT\tCANDIDATES")
	for _, c := range x.Conditions {
		values := ""
		if c.Of > 0 {
			values = fmt.Sprintf("%s of %s", grouped(c.Values), grouped(c.Of))
		}
		left := ""
		if c.By != "lines" && c.By != "constant" {
			left = grouped(c.Left)
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\n", visible(c.Condition), visible(c.By), values, left, unlessZero(c.Candidates))
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	return out.Flush()
}

// unlessZero writes a count, or nothing where there is none.
func unlessZero(n int64) string {
	if n == 0 {
		return ""
	}
	return grouped(n)
}
