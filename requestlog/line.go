package requestlog

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"daybook/internal/quote"
)

// raws returns the values of r that are JSON.
func (r *Record) raws() [5]*json.RawMessage {
	return [...]*json.RawMessage{&r.QueryParams, &r.RequestHeaders, &r.ResponseHeaders, &r.Body, &r.Response}
}

// appendLine is AppendLine for raw values that are JSON without white space between
// tokens. The names of members are those of Record's tags.
func (r *Record) appendLine(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, r.ID, 10)
	dst = append(dst, `,"user":`...)
	dst = r.User.append(dst)
	dst = appendText(dst, `,"ip":`, r.IP)
	dst = appendText(dst, `,"device":`, r.Device)
	dst = appendText(dst, `,"device_type":`, r.DeviceType)
	dst = append(dst, `,"is_bot":`...)
	if r.IsBot == nil {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendBool(dst, *r.IsBot)
	}
	dst = appendText(dst, `,"os":`, r.OS)
	dst = appendText(dst, `,"browser":`, r.Browser)
	dst = appendText(dst, `,"scheme":`, r.Scheme)
	dst = appendText(dst, `,"endpoint":`, r.Endpoint)
	dst = appendText(dst, `,"method":`, r.Method)
	dst = append(dst, `,"status_code":`...)
	if r.StatusCode == nil {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, int64(*r.StatusCode), 10)
	}
	dst = appendText(dst, `,"exception_type":`, r.ExceptionType)
	dst = r.StartedAt.append(append(dst, `,"started_at":`...))
	dst = r.FinishedAt.append(append(dst, `,"finished_at":`...))
	dst = r.Duration.append(append(dst, `,"duration":`...))
	dst = r.CreatedAt.append(append(dst, `,"created_at":`...))
	dst = r.UpdatedAt.append(append(dst, `,"updated_at":`...))
	dst = appendRaw(dst, `,"query_params":`, r.QueryParams)
	dst = appendRaw(dst, `,"request_headers":`, r.RequestHeaders)
	dst = appendRaw(dst, `,"response_headers":`, r.ResponseHeaders)
	dst = appendRaw(dst, `,"body":`, r.Body)
	dst = appendRaw(dst, `,"response":`, r.Response)
	dst = appendText(dst, `,"exception_message":`, r.ExceptionMessage)
	dst = appendText(dst, `,"exception_traceback":`, r.ExceptionTraceback)
	return append(dst, "}\n"...)
}

// append appends u as JSON.
func (u *User) append(dst []byte) []byte {
	if u == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":`...)
	if u.ID == nil {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, *u.ID, 10)
	}
	dst = appendText(dst, `,"username":`, &u.Username)
	dst = appendText(dst, `,"full_name":`, &u.FullName)
	if u.Mobile != nil {
		dst = appendText(dst, `,"mobile":`, u.Mobile)
	}
	return append(dst, '}')
}

// appendText appends the member with that name.
func appendText(dst []byte, name string, text *string) []byte {
	dst = append(dst, name...)
	switch {
	case text == nil:
		return append(dst, "null"...)
	case !utf8.ValidString(*text):
		return quote.Append(dst, []byte(valid(*text)))
	}
	return quote.Append(dst, []byte(*text))
}

// appendRaw appends the member with that name.
func appendRaw(dst []byte, name string, raw json.RawMessage) []byte {
	dst = append(dst, name...)
	if len(raw) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, raw...)
}
