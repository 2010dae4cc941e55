package rpc

// An errorDoc describes an error for OpenRPC; data is the JSON Schema of the
// error's own data.
type errorDoc struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    Schema `json:"data,omitempty"`
}

// errorDocs describes every error, under names that methods refer to.
func errorDocs() map[string]errorDoc {
	text := Schema{"type": "string"}
	platform := func(name string, code int, more Schema, required ...string) Schema {
		members := Schema{"name": Schema{"const": name}, "code": Schema{"const": code}}
		for name, schema := range more {
			members[name] = schema
		}
		return closedObject(members, append([]string{"name", "code"}, required...)...)
	}
	return map[string]errorDoc{
		"Parse":      {Code: CodeParse, Message: "The message is not JSON."},
		"NotRequest": {Code: CodeNotRequest, Message: "The message is JSON, but not a request."},
		"NoMethod": {CodeNoMethod, "There is no such method, or not over this transport.", orNone(closedObject(Schema{
			"reason": Schema{"type": "string", "description": "such as needs WebSocket or TCP"},
		}, "reason"))},
		"BadParams": {CodeBadParams, "A param is unknown, missing, repeated or wrong; the message names it.", closedObject(Schema{
			"param":   Schema{"type": "string", "description": "its path as sent, such as where[1]"},
			"reason":  text,
			"allowed": described(arrayOf(text), "what would do, where that is a short list"),
		}, "param", "reason")},
		"Internal": {CodeInternal, "The server failed; the log says why, under the id.", closedObject(Schema{
			"id": Schema{"type": "string", "description": "under which the operational log says why"},
		}, "id")},
		"NotAuthenticated": {CodeNoToken, "No token, or one that is unknown, expired or revoked.",
			platform("PERMISSION_DENIED", 401, nil)},
		"NoRights": {CodeNoRights, "This session may not do that.", platform("NOT_ENOUGH_RIGHTS", 7, nil)},
		"Stopped": {CodeStopped, "The call took too long, or was cancelled.", closedObject(Schema{
			"reason": Schema{"enum": []string{"timeout", "cancelled"}},
			"limit":  Schema{"type": "integer", "minimum": 1, "description": "seconds"},
		}, "reason")},
		"TooLarge": {CodeTooLarge, "The request or its answer is too large, or the number of subscriptions.", closedObject(Schema{
			"limit":  number("of whatever is too large"),
			"actual": number("may be too small, where counting stopped early"),
		}, "limit", "actual")},
		"Unreadable": {CodeUnreadable, "A selected file can't be read; with partial, the rest is answered.",
			platform("ERR_DISK", 15, Schema{"file": text, "reason": text}, "file", "reason")},
		"TooFrequent": {CodeTooFrequent, "Too many requests are waiting, or too many authentications failed.",
			platform("TOO_FREQUENT", 8, Schema{
				"retryAfter": Schema{"type": "integer", "minimum": 1, "description": "seconds"},
			}, "retryAfter")},
	}
}

// orNone is an object that may be missing.
func orNone(object Schema) Schema {
	object["type"] = []string{"object", "null"}
	return object
}
