// Package auth knows who asks and what they may do: session types, the API
// tokens that prove them, and how often an address may fail to prove anything.
//
// A token is a Secret of 256 random bits. Tokens keeps only its hash, in one
// file of the data folder that the server reads and `daybook token` changes
// while the server runs. Check turns a Secret into a Principal, and
// Principal.May answers the one question the rest of the program has.
//
// Everything here is decided closed: a file that can't be read or understood
// lets nobody in, and a number that is no known session type has no rights.
package auth
