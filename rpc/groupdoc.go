package rpc

import (
	"fmt"

	"daybook/logstore"
)

// getLogHistogramParams describes the params of GetLogHistogram.
func getLogHistogramParams(j journals) []ParamDoc {
	docs := append(conditionParams(eitherPrefix, j.audit.query),
		journalParam("count in"),
		ParamDoc{
			Name:     "interval",
			Summary:  fmt.Sprintf("The length of a bucket; of these there are at most %d.", logstore.MaxBuckets),
			Required: true,
			Schema:   ref("Interval"),
		},
		ParamDoc{
			Name:    "by",
			Summary: fmt.Sprintf("Count the %d most frequent values of this field in columns of their own.", histogramValues),
			Schema:  anyOf(ref("TextField"), ref(requestPrefix+"Field")),
		},
	)
	return append(docs, askedParams()...)
}

// getLogHistogramResult describes the answer of GetLogHistogram.
func getLogHistogramResult() ResultDoc {
	members := groupMembers()
	members["structure"] = Schema{
		"type":            "array",
		"items":           []Schema{{"const": timeField}},
		"additionalItems": described(Schema{"type": []string{"string", "null"}}, "a value of by as text, other, or total"),
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
func getLogTopParams(j journals) []ParamDoc {
	docs := append(conditionParams(eitherPrefix, j.audit.query),
		journalParam("count in"),
		ParamDoc{Name: "field", Summary: "The field whose values are counted.", Required: true, Schema: ref(eitherPrefix + "Field")},
		ParamDoc{
			Name:    "limit",
			Summary: fmt.Sprintf("Values in the answer, 0 to %d; %d when left out.", mostTop, defaultTop),
			Schema:  orElse(countUpTo(mostTop), defaultTop),
		},
	)
	return append(docs, askedParams()...)
}

// getLogTopResult describes the answer of GetLogTop.
func getLogTopResult() ResultDoc {
	members := groupMembers()
	members["structure"] = tuple(ref(eitherPrefix+"Field"), Schema{"const": "count"}, Schema{"const": "percent"})
	members["rows"] = Schema{
		"type": "array",
		"items": tuple(
			Schema{"type": []string{"string", "integer", "boolean", "null"}},
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
