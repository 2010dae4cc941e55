// Package requestapi answers questions about a journal of requests over HTTP, as
// services built with Django REST framework do:
//
//	GET /api/metrics/request_logs        the list: filtered, searched, ordered, a page of it
//	GET /api/metrics/request_logs/{id}   one record, with all that is known of it
//
// The list takes its parameters from the URL. Those that it does not know, and
// empty ones, are passed over; of a repeated one the last counts; a value of a
// wrong type is refused, all of them at once. The page says how many records match,
// and has the addresses of the next page and of the one before. With the parameter
// format, all records that match are the answer, as a file of package export's.
//
// Who may ask is the caller's to find out ([Options.Principal]); what they may is
// package auth's.
package requestapi
