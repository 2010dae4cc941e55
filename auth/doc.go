// Package auth knows who asks and what they may do: session types, the API
// tokens and JWTs that prove them, and how often an address may fail to prove
// anything.
//
// An API token is a Secret of 256 random bits. Tokens keeps only its hash, in one
// file of the data folder that the server reads and `daybook token` changes
// while the server runs. Check turns a Secret into a Principal, and
// Principal.May answers the one question the rest of the program has.
//
// JWTs are made elsewhere and verified by keys that are configured. Identities
// check both kinds.
//
// Everything here is decided closed: a file that can't be read or understood
// lets nobody in, and a number that is no known session type has no rights.
package auth
