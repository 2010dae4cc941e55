// Package acceptance holds the tests of the whole server over real sockets: a
// journal on disk, the store, the methods and both transports, judged by what
// shares no code with them. It has no code but tests.
package acceptance
