// Package generate writes believable journals of a trading platform, of
// any size: test data, benchmark data and the demonstration's thirty days.
//
// The same Options give the same bytes on every machine, however many days
// are written at once: nothing here depends on a clock, on the order of
// goroutines or maps, or on floating point arithmetic, which processors are
// free to round differently.
//
// The shape is that of a busy platform. Weekends carry 35 % of a weekday, and
// a day follows the markets from Asia to New York. 70 % of the lines are
// clients' (20,000 of them), 20 % managers' (300), 10 % the system's; who and
// what is frequent falls off as one over the rank. 85 % SUCCESS, 8 % INFO,
// 5 % ERROR, 2 % WARNING. A line has some 132 bytes, half of them detail:
// sentences, key:value pairs or JSON, with prices that move like prices. The
// word "completed" stands in every tenth line; some phrases in one line of
// hundreds of thousands.
//
// Journals of requests have the same people and hours. Two in a hundred requests
// fail, one in ten is nobody's; half of them take less than some 30 ms, one in a
// hundred a second or more. A line has some 380 bytes.
package generate
