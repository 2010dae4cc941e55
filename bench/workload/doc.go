// Package workload says what the contenders of a benchmark are asked: twelve
// kinds of question, and others that no index was made for, each with
// parameters drawn from the journal itself.
//
// A Query is asked of daybook as a request (request.go); how other programs
// put it is theirs to know. Equal seeds draw equal queries from equal journals.
package workload
