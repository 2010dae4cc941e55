// Package requestlog is the request journal: one record for each request that a
// server has answered.
package requestlog
