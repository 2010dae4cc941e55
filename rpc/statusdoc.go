package rpc

import "daybook/logstore"

// getJournalStatusParams describes the params of GetJournalStatus.
func getJournalStatusParams() []ParamDoc {
	return []ParamDoc{
		journalParam("describe"),
		{Name: "from", Summary: "A time of the first day; from the oldest one on when left out.", Schema: ref("Time")},
		{Name: "to", Summary: "A time of the last day; up to the newest one when left out.", Schema: ref("Time")},
	}
}

// getJournalStatusResult describes the answer of GetJournalStatus.
func getJournalStatusResult() ResultDoc {
	text := Schema{"type": "string"}
	ofRecord := described(anyOf(ref("UnixTime"), Schema{"type": "null"}), "of a record; null where there is none")
	file := closedObject(Schema{
		"name":      text,
		"bytes":     number("the size of the file"),
		"lines":     number("malformed ones included"),
		"malformed": number("lines that are no records"),
		"misfiled":  number("records more than three days off their file's day"),
		"first":     ofRecord,
		"last":      ofRecord,
		"state": Schema{"enum": []string{
			logstore.FileLive.String(), logstore.FileSealed.String(), logstore.FileRaw.String(),
			logstore.FileBuilding.String(), logstore.FileDamaged.String(),
		}},
		"problems": described(arrayOf(text), "sentences for people"),
	}, "name", "bytes", "lines", "malformed", "misfiled", "first", "last", "state", "problems")
	incident := closedObject(Schema{
		"time":   ref("UnixTime"),
		"kind":   Schema{"type": "string", "description": "TRUNCATED, for example"},
		"file":   Schema{"type": "string", "description": "empty where it concerns the folder"},
		"offset": number("bytes of the file's content"),
	}, "time", "kind", "file", "offset")
	day := closedObject(Schema{
		"day":   Schema{"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
		"files": arrayOf(file),
	}, "day", "files")
	return ResultDoc{
		Name:    "status",
		Summary: "The days, the newest first, each with its files by position; and incidents, the newest first.",
		Schema: closedObject(Schema{
			"days":        arrayOf(day),
			"lag":         Schema{"type": "number", "minimum": 0, "description": "seconds that the oldest line not yet visible has waited; 0 where there is none"},
			"incidents":   arrayOf(incident),
			"ignored":     Schema{"type": "array", "items": text, "description": "names in the journal folder that are no day files"},
			"subscribers": number("subscriptions of all connections; there are none to requests"),
		}, "days", "lag", "incidents", "ignored", "subscribers"),
	}
}
