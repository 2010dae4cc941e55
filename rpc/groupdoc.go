package rpc

import (
	"fmt"

	"daybook/logstore"
)

// journalParam describes journal.
func journalParam(s *searcher) ParamDoc {
	return ParamDoc{
		Name:    "journal",
		Summary: "The journal to count in; the audit journal when left out.",
		Schema:  orElse(Schema{"enum": s.journalNames()}, auditJournal),
	}
}

// eitherJournal is what schema describes of the audit journal, or where there is
// a journal of requests what other describes of that.
func (s *searcher) eitherJournal(schema, other Schema) Schema {
	if len(s.journals) == 1 {
		return schema
	}
	return anyOf(schema, other)
}

// conditionParams describes the keys that hold conditions, on fields of any of
// the journals.
func (s *searcher) conditionParams() []ParamDoc {
	docs := conditionParams(s.query)
	if len(s.journals) > 1 {
		for i, doc := range requestConditionParams(s.query) {
			docs[i].Schema = anyOf(docs[i].Schema, doc.Schema)
		}
	}
	return docs
}

// getLogHistogramParams describes the params of GetLogHistogram.
func getLogHistogramParams(s *searcher) []ParamDoc {
	docs := append(s.conditionParams(),
		journalParam(s),
		ParamDoc{
			Name:     "interval",
			Summary:  fmt.Sprintf("The length of a bucket; of these there are at most %d.", logstore.MaxBuckets),
			Required: true,
			Schema:   ref("Interval"),
		},
		ParamDoc{
			Name:    "by",
			Summary: fmt.Sprintf("Count the %d most frequent values of this field in columns of their own.", histogramValues),
			Schema:  s.eitherJournal(ref("TextField"), ref("RequestField")),
		},
	)
	return append(docs, askedParams()...)
}

// getLogHistogramResult describes the answer of GetLogHistogram.
func getLogHistogramResult(s *searcher) ResultDoc {
	members := groupMembers()
	members["structure"] = Schema{
		"type":            "array",
		"items":           []Schema{{"const": timeField}},
		"additionalItems": s.eitherJournal(Schema{"type": "string"}, Schema{"type": "null"}),
		"minItems":        2,
		"maxItems":        histogramValues + 3,
	}
	members["rows"] = Schema{
		"type": "array",
		"items": Schema{
			"type":     "array",
			"items":    Schema{"type": "integer"},
			"minItems": 2,
			"maxItems": histogramValues + 3,
		},
		"maxItems": logstore.MaxBuckets,
	}
	return ResultDoc{
		Name:    "chart",
		Summary: "A row for each bucket, ascending: where it begins, its matches by value, and all of them.",
		Schema:  closedObject(members, "structure", "rows", "count", "total"),
	}
}

// getLogTopParams describes the params of GetLogTop.
func getLogTopParams(s *searcher) []ParamDoc {
	docs := append(s.conditionParams(),
		journalParam(s),
		ParamDoc{Name: "field", Summary: "The field whose values are counted.", Required: true, Schema: s.eitherJournal(Schema{"enum": s.schema.Names()}, ref("RequestField"))},
		ParamDoc{
			Name:    "limit",
			Summary: fmt.Sprintf("Values in the answer, 0 to %d; %d when left out.", mostTop, defaultTop),
			Schema:  orElse(countUpTo(mostTop), defaultTop),
		},
	)
	return append(docs, askedParams()...)
}

// getLogTopResult describes the answer of GetLogTop.
func getLogTopResult(s *searcher) ResultDoc {
	members := groupMembers()
	members["structure"] = tuple(s.eitherJournal(Schema{"enum": s.schema.Names()}, ref("RequestField")), Schema{"const": "count"}, Schema{"const": "percent"})
	members["rows"] = Schema{
		"type": "array",
		"items": tuple(
			s.eitherJournal(Schema{"type": []string{"string", "integer"}}, Schema{"type": []string{"string", "integer", "boolean", "null"}}),
			Schema{"type": "integer", "minimum": 1},
			Schema{"type": "number", "minimum": 0, "maximum": 100, "description": "of count, with up to two decimals"},
		),
		"maxItems": mostTop,
	}
	members["other"] = number("matches with other values")
	return ResultDoc{
		Name:    "ranking",
		Summary: "The most frequent values, and how many matches have others.",
		Schema:  closedObject(members, "structure", "rows", "other", "count", "total"),
	}
}

// groupMembers are the members that answers of all methods that count have;
// problems is there only with partial, and only when there are any, and cursor
// and explain only when they were asked for.
func groupMembers() Schema {
	return Schema{
		"count":    matchesMember(),
		"total":    number("lines in the files that were looked at"),
		"cursor":   cursorMember(),
		"explain":  ref("Explanation"),
		"problems": problemsMember(),
	}
}
