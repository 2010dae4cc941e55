// Package interop runs JSON-RPC clients that others wrote against the real
// server, and compares what they get with recorded answers. Scripts for Node.js
// are in clients; the packages that they use are in package-lock.json. It is a
// module of its own, so that none of this is needed to build Daybook, and it has
// no code but tests.
package interop
