package rpc

import (
	"strconv"

	"daybook/internal/quote"
)

// A platformError is an error of ours as the platform has it.
type platformError struct {
	status int // like an HTTP status
	name   string
	code   int
}

// platformErrorOf returns what e is for clients of the platform.
func platformErrorOf(e *Error) platformError {
	switch e.Code {
	case CodeParse, CodeNotRequest:
		return platformError{400, "BAD_REQUEST", 400}
	case CodeBadParams:
		return platformError{400, "INVALID_DATA", 3}
	case CodeNoToken:
		return platformError{401, "PERMISSION_DENIED", 401}
	case CodeNoRights:
		return platformError{403, "NOT_ENOUGH_RIGHTS", 7}
	case CodeNoMethod:
		return platformError{404, "INVALID_METHOD", 406}
	case CodeTooLarge:
		return platformError{413, "ERR_DATA", 14}
	case CodeTooFrequent:
		return platformError{429, "TOO_FREQUENT", 8}
	case CodeUnreadable:
		return platformError{500, "ERR_DISK", 15}
	case CodeStopped:
		if data, ok := e.Data.(stoppedData); ok && data.Reason == "timeout" {
			return platformError{504, "SYNC_TIMEOUT", 19}
		}
		return platformError{499, "ERR_CANCEL", 25}
	}
	return platformError{500, "ERROR", 2}
}

// appendPlatformError appends the members of a response that tell of e, from
// the value of status on.
func appendPlatformError(dst []byte, e *Error) []byte {
	p := platformErrorOf(e)
	dst = strconv.AppendInt(dst, int64(p.status), 10)
	dst = append(dst, `,"error":"`...)
	dst = append(dst, p.name...)
	dst = append(dst, `","code":`...)
	dst = strconv.AppendInt(dst, int64(p.code), 10)
	dst = append(dst, `,"message":`...)
	return quote.AppendASCII(dst, []byte(e.Message))
}
