// Bench measures the daybook program, built plainly and asked over HTTP, beside
// ripgrep on the same files, and ends with status 1 when a bound is missed.
//
// What one run does, in this order:
//
//	build      go build ./cmd/daybook, with nothing set that makes it faster
//	journals   30 days of 10 million lines, and 100,000 tiny day files; kept
//	survey     reads both plainly: the page cache is warm, and the right
//	           answers are known
//	starts     exec to the first right answer, over either journal
//	queries    each in turns with rg -c -F completed over the files it reads
//
// Every timed answer is compared with the survey, so that no figure stands for
// a wrong answer. Bench uses nothing of daybook's code: it runs the program as
// its users do.
package main
