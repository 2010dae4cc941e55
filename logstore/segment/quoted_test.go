package segment

import "encoding/json"

// quoted returns s as a JSON string.
func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}
