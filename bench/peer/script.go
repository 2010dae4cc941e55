package peer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"daybook/bench/workload"
)

// script returns the pipeline that answers q, for bash in the journal's folder.
// Searches read the files of q's span only, as a user would have them.
func script(q *workload.Query, journal *workload.Sample) string {
	span := files(journal.In(q.Span))
	total := "printf '%s\\n' " + files(journal.Files) + " | xargs -P2 -n4 wc -l | mawk '$2 != \"total\" {s += $1} END {print s}'"
	switch {
	case q.Shape == workload.PerDay:
		return "printf '%s\\n' " + span + ` | xargs -P2 -n1 mawk -F'\t' '{a[substr($1,1,10)"\t"$2]++} END {for (k in a) print k"\t"a[k]}' | sort`
	case q.Shape == workload.Top:
		return fmt.Sprintf(`mawk -F'\t' '%s {a[$6]++} END {for (k in a) print a[k]"\t"k}' %s | sort -rn | head -n %d`, awkConditions(q.Where), span, q.Limit)
	case len(q.Where) == 0 && q.Anywhere == "":
		return "T=$(" + total + "); echo $T; echo $T; " + unfiltered(q, journal)
	}
	return "M=$(mktemp); trap 'rm -f \"$M\"' EXIT; " + search(q) + " " + span + remaining(q.Where) + " > \"$M\"; wc -l < \"$M\"; " + total + "; " + page(q)
}

// unfiltered returns the page of a query without conditions: newest first from
// the end of the last file, which is in order, or by sorting everything.
func unfiltered(q *workload.Query, journal *workload.Sample) string {
	cut := fmt.Sprintf(" | tail -n +%d | head -n %d", q.Offset+1, q.Limit)
	if q.Order != nil && q.Order.Field == workload.Timestamp && q.Order.Descending {
		last := journal.Files[len(journal.Files)-1:]
		return fmt.Sprintf("tail -n %d %s | tac", q.Offset+q.Limit, files(last)) + cut
	}
	return "cat " + files(journal.Files) + " | " + sorting(q.Order, "8G") + cut
}

// page returns what makes the page of the matches in $M.
func page(q *workload.Query) string {
	if q.Order == nil {
		return fmt.Sprintf("head -n %d \"$M\"", q.Limit)
	}
	return sorting(q.Order, "2G") + fmt.Sprintf(" \"$M\" | head -n %d", q.Limit)
}

// sorting returns the sort command for an order.
func sorting(o *workload.Order, memory string) string {
	key := fmt.Sprintf("%d,%d", column(o.Field), column(o.Field))
	if o.Descending {
		key += "r"
	}
	return "sort -t$'\\t' -k" + key + " -S " + memory + " --parallel=2"
}

// search returns the ripgrep command that finds the lines, or those among
// which mawk looks on.
func search(q *workload.Query) string {
	const rg = "rg --no-config -j2 -N --no-filename "
	if q.Anywhere != "" {
		return rg + "-F -e " + quoted(q.Anywhere) + " --"
	}
	if i := slices.IndexFunc(q.Where, func(c workload.Condition) bool { return c.Operator == workload.Contains }); i >= 0 {
		text := q.Where[i].Values[0]
		if q.Order == nil {
			return rg + "-F -e " + quoted(text) + " --"
		}
		return rg + "-e " + quoted(`\t[^\t\n]*`+regexp.QuoteMeta(text)+`[^\t\n]*$`) + " --"
	}
	return rg + "-e " + quoted(anchored(q.Where)) + " --"
}

// anchored returns the expression for lines whose columns have the wanted
// values, from the start of a line to the last such column.
func anchored(where []workload.Condition) string {
	expression := "^"
	skipped := ""
	for _, field := range workload.Fields() {
		value := `[^\t]*`
		for _, c := range where {
			if c.Field != field || c.Operator != workload.Equal && c.Operator != workload.In {
				continue
			}
			value = alternatives(c.Values)
		}
		skipped += value + `\t`
		if value != `[^\t]*` {
			expression += skipped
			skipped = ""
		}
	}
	return expression
}

// alternatives returns the expression for one of some values.
func alternatives(values []string) string {
	escaped := make([]string, len(values))
	for i, value := range values {
		escaped[i] = regexp.QuoteMeta(value)
	}
	if len(escaped) == 1 {
		return escaped[0]
	}
	return "(" + strings.Join(escaped, "|") + ")"
}

// remaining returns the stage of the pipeline for conditions that ripgrep has
// not looked at: those that exclude values. "" where there are none.
func remaining(where []workload.Condition) string {
	excluding := slices.DeleteFunc(slices.Clone(where), func(c workload.Condition) bool {
		return c.Operator != workload.NotEqual && c.Operator != workload.NotIn
	})
	if len(excluding) == 0 {
		return ""
	}
	return ` | mawk -F'\t' '` + awkConditions(excluding) + `'`
}

// awkConditions returns conditions on single values as mawk has them.
func awkConditions(where []workload.Condition) string {
	var all []string
	for _, c := range where {
		operator := "=="
		if c.Operator == workload.NotEqual || c.Operator == workload.NotIn {
			operator = "!="
		}
		for _, value := range c.Values {
			all = append(all, fmt.Sprintf("$%d%s%s", column(c.Field), operator, awkString(value)))
		}
	}
	return strings.Join(all, " && ")
}

// awkString returns a value as a string of mawk, in a program that stands
// between single quotes.
func awkString(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\047`).Replace(value) + `"`
}

// column returns a field's number as sort and mawk count.
func column(field workload.Field) int { return 1 + slices.Index(workload.Fields(), field) }

// files returns the names of files, as bash takes them.
func files(list []workload.File) string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Name // a date between fixed letters
	}
	return strings.Join(names, " ")
}

// quoted returns a text as one word of bash.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
