// Package examples holds programs to copy from, in several languages; README.md
// lists them. It has no code but the tests that run them against a server.
package examples
