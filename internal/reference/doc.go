// Package reference renders docs/reference.md from the document that
// rpc.discover answers, so that the page says what the server says of itself.
package reference
