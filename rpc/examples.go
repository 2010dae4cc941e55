package rpc

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// exampleRecordings are the examples of rpc.discover: requests to a server over
// the project's test journal, with its answers. A test records them, and fails
// when the server answers differently; nobody writes answers by hand.
//
//go:embed examples.jsonl
var exampleRecordings string

// recordedExamples returns the examples by method, in their order. Of an event,
// which no request asks for, the notification stands in place of the request.
func recordedExamples() map[string][]Recording {
	all, err := ReadRecordings(strings.NewReader(exampleRecordings))
	if err != nil {
		panic(fmt.Sprintf("rpc: examples.jsonl: %v", err))
	}
	examples := make(map[string][]Recording)
	for _, rec := range all {
		method := exampleMessage(rec).Method
		examples[method] = append(examples[method], rec)
	}
	return examples
}

// An exampleParts is what a document shows of a request and its answer.
type exampleParts struct {
	Method string
	Params map[string]json.RawMessage
	Result json.RawMessage // nil for a notification
}

func exampleMessage(rec Recording) exampleParts {
	var parts exampleParts
	err := json.Unmarshal(rec.Request, &parts)
	if err == nil && rec.Answer != nil {
		err = json.Unmarshal(rec.Answer, &parts)
	}
	if err != nil {
		panic(fmt.Sprintf("rpc: examples.jsonl: %q: %v", rec.Note, err))
	}
	return parts
}
