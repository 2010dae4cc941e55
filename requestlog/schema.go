package requestlog

import "daybook/filter"

// The fields of a request record, in the order of the schema. Those named Has…
// tell whether the member has a value: one that is neither null nor empty.
const (
	ID filter.Field = iota // integer
	HasUser
	UserID       // integer or null
	UserName     // text or null, as are all below up to Method
	UserFullName //
	UserMobile
	IP
	Device
	DeviceType
	IsBot // boolean or null
	OS
	Browser
	Scheme
	Endpoint
	Method
	StatusCode    // integer or null
	ExceptionType // text or null
	Duration      // seconds, a decimal of six places, or null
	CreatedAt     // the record's time, in microseconds
	UpdatedAt     // instant or null
	StartedAt     // instant or null
	FinishedAt    // instant or null
	HasQueryParams
	HasBody
	HasResponse
	HasRequestHeaders
	HasResponseHeaders
	HasExceptionMessage
	HasExceptionTraceback
)

// Schema returns the fields of request journals, of which there is one value for
// all. Each is named for the member that holds it, and for the one around that:
// "user.username". A user is named "user" by number.
func Schema() *filter.Schema { return schema }

// Columns returns the fields that lists show of a record, in order.
func Columns() []filter.Field {
	return []filter.Field{
		ID, UserID, UserName, UserFullName, IP, Device, DeviceType, IsBot, OS, Browser, Scheme, Endpoint, Method,
		StatusCode, ExceptionType, StartedAt, FinishedAt, Duration, CreatedAt, UpdatedAt,
	}
}

var schema = filter.NewSchema(
	filter.FieldSpec{Name: "id", Kind: filter.Integer, Unique: true},
	presence("has_user"),
	filter.FieldSpec{Name: "user", Kind: filter.Integer, Null: true},
	text("user.username"),
	text("user.full_name"),
	text("user.mobile"),
	text("ip"),
	text("device"),
	text("device_type"),
	filter.FieldSpec{Name: "is_bot", Kind: filter.Boolean, Null: true},
	text("os"),
	text("browser"),
	text("scheme"),
	text("endpoint"),
	text("method"),
	filter.FieldSpec{Name: "status_code", Kind: filter.Integer, Null: true},
	text("exception_type"),
	filter.FieldSpec{Name: "duration", Kind: filter.Decimal, Null: true},
	filter.FieldSpec{Name: "created_at", Kind: filter.Time, Micro: true},
	instant("updated_at"),
	instant("started_at"),
	instant("finished_at"),
	presence("has_query_params"),
	presence("has_body"),
	presence("has_response"),
	presence("has_request_headers"),
	presence("has_response_headers"),
	presence("has_exception_message"),
	presence("has_exception_traceback"),
)

func text(name string) filter.FieldSpec { return filter.FieldSpec{Name: name, Null: true} }

func instant(name string) filter.FieldSpec {
	return filter.FieldSpec{Name: name, Kind: filter.Instant, Null: true}
}

func presence(name string) filter.FieldSpec {
	return filter.FieldSpec{Name: name, Kind: filter.Boolean}
}
