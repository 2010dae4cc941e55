package rpc

import (
	"fmt"

	"daybook/filter"
)

// authenticateParams describes the params of Authenticate.
func authenticateParams() []ParamDoc {
	return []ParamDoc{{
		Name:     "token",
		Summary:  "An API token or a JWT.",
		Required: true,
		Schema:   Schema{"type": "string"},
	}}
}

// authenticateResult describes the answer of Authenticate.
func authenticateResult() ResultDoc {
	return ResultDoc{
		Name:    "session",
		Summary: "Who the token proves.",
		Schema: closedObject(Schema{
			"session": Schema{"type": "string", "description": "SESSION_MANAGER, for example, or a number without a name"},
			"name":    Schema{"type": "string", "description": "the name that the token was given; of a JWT its name or sub"},
			"expires": Schema{"type": []string{"integer", "null"}, "description": "Unix seconds; null for never"},
		}, "session", "name", "expires"),
	}
}

// pageParams describes limit and offset.
func pageParams(maxRows int64) []ParamDoc {
	return []ParamDoc{
		{
			Name:     "limit",
			Summary:  fmt.Sprintf("Rows in the answer, 0 to %d; 0 asks for the counts alone.", maxRows),
			Required: true,
			Schema:   countUpTo(maxRows),
		},
		{
			Name:     "offset",
			Summary:  "Matches to pass over before the first row.",
			Required: true,
			Schema:   ref("Count"),
		},
	}
}

// partialParam describes partial.
func partialParam() ParamDoc {
	return ParamDoc{
		Name:    "partial",
		Summary: "Answer from the rest where a file can't be read.",
		Schema:  orElse(Schema{"type": "boolean"}, false),
	}
}

// askedParams describes the params that say what an answer has besides, and of
// which snapshot it is.
func askedParams() []ParamDoc {
	return []ParamDoc{
		{
			Name:    "explain",
			Summary: "Answer with an account of what was read, skipped and verified.",
			Schema:  orElse(Schema{"type": "boolean"}, false),
		},
		{
			Name:    "cursor",
			Summary: "Answer with a cursor, which names the snapshot that the answer is of.",
			Schema:  orElse(Schema{"type": "boolean"}, false),
		},
		{
			Name:    "at",
			Summary: "A cursor: answer from its snapshot, whatever was appended since.",
			Schema:  Schema{"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
		},
		partialParam(),
	}
}

// cursorMember describes the member cursor, which is there only when it was
// asked for.
func cursorMember() Schema {
	return Schema{"type": "string", "description": "names the snapshot: files and their lengths"}
}

// matchesMember describes the member count.
func matchesMember() Schema {
	return number("how many records match")
}

// problemsMember describes the member problems.
func problemsMember() Schema {
	return described(arrayOf(ref("Problem")), "only with partial, and only if there are any")
}

// explanationSchema describes how an answer was found.
func explanationSchema() Schema {
	took := Schema{"type": "number", "minimum": 0, "description": "milliseconds"}
	step := closedObject(Schema{
		"step": Schema{"enum": []string{"select", "index", "scan", "fetch"}}, "took": took,
		"files": number("selected, searched or read"), "skipped": number("files passed over"),
		"segments": number("of indexes, searched"), "candidates": number("records that only their lines can tell"),
		"lines": number("read and evaluated; of fetch, rows"), "bytes": number("read, after decompression"), "matches": number("found"),
	}, "step", "took", "files", "skipped", "segments", "candidates", "lines", "bytes", "matches")
	condition := closedObject(Schema{
		"condition": Schema{"type": "string", "description": "as in params; a long one is cut"},
		"by":        Schema{"enum": []string{"dictionary", "number", "time", "text", "lines", "constant"}, "description": "what decided it"},
		"values":    number("distinct values that match, by dictionary"), "of": number("distinct values that there are"),
		"left": number("records that may match after it"), "candidates": number("of these, that only their lines can tell"),
	}, "condition", "by", "values", "of", "left", "candidates")
	return described(closedObject(Schema{
		"took":       took,
		"steps":      described(arrayOf(step), "in this order, always four"),
		"conditions": described(arrayOf(condition), "in the order in which they were evaluated"),
	}, "took", "steps", "conditions"), "What was read, skipped and verified, for people and consoles.")
}

// problemSchema describes a file that could not be read.
func problemSchema() Schema {
	text := Schema{"type": "string"}
	return described(closedObject(Schema{"file": text, "reason": text}, "file", "reason"), "A file that could not be read.")
}

// getLogsParams describes the params of GetLogs.
func getLogsParams(l filter.Limits, names []string) []ParamDoc {
	docs := []ParamDoc{
		{Name: "from", Summary: "The first second, inclusive.", Required: true, Schema: ref("Time")},
		{Name: "to", Summary: "The last second, inclusive.", Required: true, Schema: ref("Time")},
	}
	docs = append(docs, pageParams(l.Rows)...)
	for _, name := range names {
		docs = append(docs, ParamDoc{
			Name:    name,
			Summary: "The exact value; empty for any.",
			Schema:  orElse(ref("Text"), ""),
		})
	}
	return append(docs,
		ParamDoc{Name: "detail", Summary: "Stands in detail, in any case; empty for any.", Schema: orElse(ref("Pattern"), "")},
		ParamDoc{Name: "filter", Summary: "Stands in any column as shown, in any case; empty for any.", Schema: orElse(ref("Pattern"), "")},
		partialParam(),
	)
}

// conditionParams describes the keys that hold conditions, by components whose
// names have a prefix: "" for the audit journal.
func conditionParams(prefix string, l filter.Limits) []ParamDoc {
	key := func(name, summary, condition string) ParamDoc {
		return ParamDoc{Name: name, Summary: summary, Schema: oneOrMany(prefix+condition, l.Conditions)}
	}
	return []ParamDoc{
		key("where", fmt.Sprintf("Fields that compare with a value, or match a pattern. Of all keys there are at most %d conditions.", l.Conditions), "Where"),
		key("whereNot", "Fields that differ from a value.", "WhereNot"),
		key("whereIn", "Fields whose value is in a list; nothing is in an empty one.", "WhereIn"),
		key("whereNotIn", "Fields whose value is not in a list.", "WhereIn"),
		key("whereBetween", "Fields whose value is in an inclusive range.", "WhereBetween"),
		key("whereNotBetween", "Fields that whereBetween would not match.", "WhereBetween"),
	}
}

// queryParams describes the params of a table view over s, by components whose names
// have a prefix: "" for the audit journal.
func queryParams(prefix string, s *filter.Schema, l filter.Limits) []ParamDoc {
	docs := append(pageParams(l.Rows), conditionParams(prefix, l)...)
	docs = append(docs, ParamDoc{
		Name:    "orderBy",
		Summary: "Sorting, most significant first; newest first when left out.",
		Schema:  orElse(oneOrMany(prefix+"OrderBy", l.Terms), [][]string{{s.Name(s.TimeField()), "DESC"}}),
	})
	return append(docs, askedParams()...)
}

// getLogsResult describes the answer of GetLogs.
func getLogsResult(maxRows int64, structure []string) ResultDoc {
	time := Schema{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`}
	members := tableMembers(structure, time)
	members["rows"] = atMost(members["rows"].(Schema), maxRows)
	return ResultDoc{
		Name:    "table",
		Summary: "A page of matches, newest first; count is their number before paging.",
		Schema:  closedObject(members, "structure", "rows", "count"),
	}
}

// getLogsByFilterResult describes the answer of GetLogsByFilter.
func getLogsByFilterResult(maxRows int64, structure []string) ResultDoc {
	members := tableMembers(structure, ref("UnixTime"))
	members["rows"] = atMost(members["rows"].(Schema), maxRows)
	members["total"] = number("lines in the files that were looked at")
	members["cursor"], members["explain"] = cursorMember(), ref("Explanation")
	return ResultDoc{
		Name:    "table",
		Summary: "A page of matches; count is their number before paging.",
		Schema:  closedObject(members, "structure", "rows", "count", "total"),
	}
}

// tableMembers are the members that every table may have; problems is there
// only with partial, and only when there are any.
func tableMembers(structure []string, time Schema) Schema {
	row := []Schema{time}
	for range structure[1:] {
		row = append(row, Schema{"type": "string"})
	}
	return Schema{
		"structure": described(Schema{"const": structure}, "the names of the columns"),
		"rows":      arrayOf(tuple(row...)),
		"count":     matchesMember(),
		"problems":  problemsMember(),
	}
}
