package main

import (
	"bufio"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"daybook/filter"
	"daybook/logstore"

	"github.com/spf13/cobra"
)

func (a *app) indexDumpCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "dump FILE.seg",
		Short: "Show what an index file holds, and where it is damaged",
		Long: `Dump reads an index file, one that was set aside as damaged too, and shows each
of its segments: which stretch of which day file it is of, its records and
fields, and its table of contents with the outcome of every checksum. Offsets
are from the beginning of the file.

Exit status 1 if the file is damaged.`,
		Example: "  daybook index dump /var/lib/daybook/index/audit-2026-04-22.tsv.seg",
		Args:    arguments(1, 1, "the index file"),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := logstore.DescribeIndex(args[0])
			if err != nil {
				return fmt.Errorf("index dump: %w", err)
			}
			if asJSON {
				err = writeJSON(a.stdout, d)
			} else {
				err = writeDump(a.stdout, d)
			}
			if err == nil && !d.Sound() {
				err = errReported
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// writeDump writes what an index file holds.
func writeDump(w io.Writer, d *logstore.IndexDescription) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s, %s\n", visible(d.File), plural(d.Size, "byte"), plural(int64(len(d.Segments)), "segment"))
	for i := range d.Segments {
		writeSegment(out, i, &d.Segments[i], d.Size)
	}
	if n := len(d.Segments); !d.Sound() && (n == 0 || len(d.Segments[n-1].Faults) == 0) {
		fmt.Fprintf(out, "\nDamaged at byte %d: segments are missing, or follow others than they should.\n", d.Size)
	}
	return out.Flush()
}

// writeSegment writes what a segment in a file of that size holds.
func writeSegment(out io.Writer, i int, s *logstore.SegmentDescription, size int64) {
	if len(s.Faults) > 0 && (s.Size < 0 || s.Size > size) { // what stands there may be no size, and no version
		fmt.Fprintf(out, "\nSegment %d at byte %d\n", i, s.Offset)
	} else {
		fmt.Fprintf(out, "\nSegment %d at byte %d: %s, format version %d\n", i, s.Offset, plural(s.Size, "byte"), s.Version)
	}
	for _, f := range s.Faults {
		fmt.Fprintf(out, "  Damaged at byte %d: %s.\n", f.Offset, f.Reason)
	}
	if o := s.Source; o != nil {
		fmt.Fprintf(out, "  Of %s, bytes %d to %d of %d, modified %s, lines up to %d bytes.\n",
			visible(o.File), o.From, o.To, o.Size, o.Modified.Format(time.RFC3339Nano), o.MaxLine)
	}
	if s.Records > 0 {
		order := "in the order of their times"
		if !s.Ascending {
			order = "not in the order of their times"
		}
		fmt.Fprintf(out, "  %s from %s to %s, %s.\n", plural(s.Records, "record"), indexTime(s.First), indexTime(s.Last), order)
	}
	writeColumns(out, s)
	writeSections(out, s)
}

// unixText writes Unix seconds as YYYY-MM-DDTHH:MM:SSZ.
func unixText(seconds int64) string {
	return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z") // any of them, where moment has a "never"
}

// indexTime shows a time of a segment, which is in seconds, or in microseconds
// where it is too large for that: an index does not say.
func indexTime(t int64) string {
	if t < filter.MinTime || t > filter.MaxTime {
		return string(filter.AppendInstant(nil, t))
	}
	return unixText(t)
}

// writeColumns writes what a segment holds of each field, with the bytes of
// sections that belong together in one column.
func writeColumns(out io.Writer, s *logstore.SegmentDescription) {
	if len(s.Columns) == 0 {
		return
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "  FIELD\tKIND\tVALUES\tBYTES\tTEXT\tCODES\tLISTS\tTERMS\tDIGITS")
	for _, c := range s.Columns {
		kind := "dictionary"
		switch {
		case c.Templates:
			kind = "templates"
		case c.Text:
			kind = "words"
		case c.Numbers:
			kind = "numbers"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", fieldName(s, c.Field), kind, grouped(c.Values), grouped(c.Bytes),
			number(bytesOf(s, c.Field, "ends", "values")), number(bytesOf(s, c.Field, "codes", "bits", "floors", "ceilings", "numbers", "nulls")),
			number(bytesOf(s, c.Field, "before", "gaps", "lists", "bitmaps")), number(bytesOf(s, c.Field, "buckets", "terms")),
			number(bytesOf(s, c.Field, "places", "digits")))
	}
	w.Flush() // out keeps the error
}

// bytesOf returns the bytes of a field's sections of these kinds.
func bytesOf(s *logstore.SegmentDescription, field int, kinds ...string) (n int64) {
	for _, section := range s.Sections {
		for _, kind := range kinds {
			if section.Kind == kind && section.Field == field {
				n += section.Size
			}
		}
	}
	return n
}

// fieldName returns the name of a field, or its number where the segment does
// not say it.
func fieldName(s *logstore.SegmentDescription, field int) string {
	if s.Source != nil && field < len(s.Source.Fields) {
		return visible(s.Source.Fields[field])
	}
	return fmt.Sprintf("field %d", field)
}

// writeSections writes the table of contents of a segment.
func writeSections(out io.Writer, s *logstore.SegmentDescription) {
	if len(s.Sections) == 0 {
		return
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "  SECTION\tFIELD\tOFFSET\tSIZE\tCHECKSUM")
	for _, section := range s.Sections {
		name, sum := "-", "right"
		if section.Field >= 0 {
			name = fieldName(s, section.Field)
		}
		if !section.Intact {
			sum = "WRONG"
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%d\t%s\n", section.Kind, name, section.Offset, section.Size, sum)
	}
	w.Flush() // out keeps the error
}
