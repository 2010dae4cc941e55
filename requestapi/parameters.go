package requestapi

import (
	"fmt"

	"daybook/filter"
	"daybook/requestlog"
)

// What is said of values of a wrong type, in the words of Django.
const (
	noNumber  = "Enter a number."
	noBoolean = "Must be a valid boolean."
	noMoment  = "Enter a valid date/time."
)

// mostTerms bounds what is searched for at once.
const mostTerms = 64

// A parameter is one that selects records.
type parameter struct {
	name string
	// read returns the condition that a value means, which is not empty, or what
	// is wrong with it.
	read func(value string) (c []filter.Condition, fault string)
}

// parameters lists them in the order of the reference. It is never changed.
var parameters = []parameter{
	{"search", search},
	{"user", user},
	{"ip", equal(requestlog.IP)},
	{"device", equal(requestlog.Device)},
	{"device_type", equal(requestlog.DeviceType)},
	{"is_bot", flag(requestlog.IsBot)},
	{"os", equal(requestlog.OS)},
	{"browser", equal(requestlog.Browser)},
	{"scheme", equal(requestlog.Scheme)},
	{"endpoint", equal(requestlog.Endpoint)},
	{"method", equal(requestlog.Method)},
	{"status_code", equalNumber(requestlog.StatusCode)},
	{"exception_type", equal(requestlog.ExceptionType)},
	{"duration_from", atLeast(requestlog.Duration, 6)},
	{"duration_to", atMost(requestlog.Duration, 6)},
	{"has_ip", has(requestlog.IP)},
	{"has_device", has(requestlog.Device)},
	{"has_device_type", has(requestlog.DeviceType)},
	{"has_os", has(requestlog.OS)},
	{"has_browser", has(requestlog.Browser)},
	{"has_scheme", has(requestlog.Scheme)},
	{"has_endpoint", has(requestlog.Endpoint)},
	{"has_method", has(requestlog.Method)},
	{"has_query_params", flag(requestlog.HasQueryParams)},
	{"has_body", flag(requestlog.HasBody)},
	{"has_status_code", has(requestlog.StatusCode)},
	{"has_response", flag(requestlog.HasResponse)},
	{"has_request_headers", flag(requestlog.HasRequestHeaders)},
	{"has_response_headers", flag(requestlog.HasResponseHeaders)},
	{"has_exception_type", has(requestlog.ExceptionType)},
	{"has_exception_message", flag(requestlog.HasExceptionMessage)},
	{"has_exception_traceback", flag(requestlog.HasExceptionTraceback)},
	{"id_min", atLeast(requestlog.ID, 0)},
	{"id_max", atMost(requestlog.ID, 0)},
	{"created_date", on(requestlog.CreatedAt)},
	{"updated_date", on(requestlog.UpdatedAt)},
	{"created_from", since(requestlog.CreatedAt)},
	{"created_to", until(requestlog.CreatedAt)},
	{"updated_from", since(requestlog.UpdatedAt)},
	{"updated_to", until(requestlog.UpdatedAt)},
}

// search finds every term of a value in at least one field.
func search(value string) (c []filter.Condition, fault string) {
	terms := splitTerms(value, mostTerms)
	if len(terms) > mostTerms {
		return nil, fmt.Sprintf("Ensure this value has at most %d terms.", mostTerms)
	}
	for _, term := range terms {
		c = append(c, filter.ContainsFoldedIn(term, requestlog.UserID, requestlog.UserName, requestlog.UserMobile,
			requestlog.IP, requestlog.Device, requestlog.OS, requestlog.Browser, requestlog.Endpoint, requestlog.ExceptionType))
	}
	return c, ""
}

// user selects a user by number; 0 is nobody.
func user(value string) (c []filter.Condition, fault string) {
	if n, ok := parseNumber(value, 0); ok && n.exact && n.floor == 0 {
		return one(filter.EqualNumber(requestlog.HasUser, 0))
	}
	return equalNumber(requestlog.UserID)(value)
}

// equal selects by a text field, exactly.
func equal(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) { return one(filter.EqualText(f, value)) }
}

// equalNumber selects by a whole number.
func equalNumber(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		n, ok := parseNumber(value, 0)
		if !ok {
			return nil, noNumber
		}
		return one(filter.NumberBetween(f, n.ceil(), n.floor)) // none between, unless it is exact
	}
}

// atLeast selects numbers that are not below a value, in units of 10 to the
// -places.
func atLeast(f filter.Field, places int) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		n, ok := parseNumber(value, places)
		if !ok {
			return nil, noNumber
		}
		return one(filter.NumberBetween(f, n.ceil(), filter.MaxNumber))
	}
}

// atMost selects numbers that are not above a value, in units of 10 to the
// -places.
func atMost(f filter.Field, places int) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		n, ok := parseNumber(value, places)
		if !ok {
			return nil, noNumber
		}
		return one(filter.NumberBetween(f, filter.MinNumber, n.floor))
	}
}

// flag selects by a boolean.
func flag(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		switch yes, ok := parseBoolean(value); {
		case !ok:
			return nil, noBoolean
		case yes:
			return one(filter.EqualNumber(f, 1))
		default:
			return one(filter.EqualNumber(f, 0))
		}
	}
}

// has selects by whether a field has a value.
func has(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		yes, ok := parseBoolean(value)
		if !ok {
			return nil, noBoolean
		}
		return one(filter.HasValue(f, yes))
	}
}

// on selects by a day.
func on(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		day, ok := parseDate(value)
		if !ok {
			return nil, noMoment
		}
		return one(filter.NumberBetween(f, day.first, day.last))
	}
}

// since selects what is not before a day or an instant.
func since(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		m, ok := parseMoments(value)
		if !ok {
			return nil, noMoment
		}
		return one(filter.NumberBetween(f, m.first, lastMoment))
	}
}

// until selects what is not after a day or an instant.
func until(f filter.Field) func(string) ([]filter.Condition, string) {
	return func(value string) ([]filter.Condition, string) {
		m, ok := parseMoments(value)
		if !ok {
			return nil, noMoment
		}
		return one(filter.NumberBetween(f, firstMoment, m.last))
	}
}

// The first and the last moment that records can have, in microseconds.
const (
	firstMoment = filter.MinTime * filter.Second
	lastMoment  = filter.MaxTime*filter.Second + filter.Second - 1
)

func one(c filter.Condition) ([]filter.Condition, string) { return []filter.Condition{c}, "" }

// parseBoolean reads true, false, 1 or 0, in any case.
func parseBoolean(value string) (yes, ok bool) {
	switch value {
	case "1":
		return true, true
	case "0":
		return false, true
	}
	switch {
	case equalFoldASCII(value, "true"):
		return true, true
	case equalFoldASCII(value, "false"):
		return false, true
	}
	return false, false
}

// equalFoldASCII reports whether text is word, which is in lower case, in any case.
// Characters beyond ASCII that fold to its letters are others.
func equalFoldASCII(text, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
