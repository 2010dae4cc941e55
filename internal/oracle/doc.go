// Package oracle answers GetLogs, GetLogsByFilter, GetLogHistogram and GetLogTop
// the slow and obvious way, so that the fast way can be judged by it. It is test
// support: it reads a whole journal folder into memory, decodes every value of
// every line, asks every condition of every record, sorts or counts all that is
// left and prints the page, the buckets or the most frequent values.
//
// It is written from the contract (docs/api.md) alone and shares no code with
// the packages it judges. Comments quote the clause that a piece of code
// implements; where the contract is silent they say which reading was chosen.
//
// Beside the evaluator stand the means to use it:
//
//   - [WriteJournal] writes small journals that hold everything a reader can
//     get wrong, and large ones whose columns have few to very many values;
//   - [Requests] draws random requests from the values of such a journal;
//   - [Coverage] counts what a run has exercised and fails a vacuous one;
//   - [Diff] compares two results as JSON values, [Difference] two answers, which
//     may be errors.
//
// A comparison of a product with the oracle is, in outline:
//
//	j, err := oracle.WriteJournal(dir, rng, oracle.JournalOptions{})
//	o, err := oracle.New(dir, j.Options) // and the product, with the same options
//	g := oracle.NewRequests(o, rng)
//	for range requests {
//		method, params := g.Next()
//		want, fault := o.Answer(method, params)
//		coverage.Add(method, params, want, fault)
//		got, gotFault := product(method, params)
//		diff := oracle.Difference(want, fault, got, gotFault)
//	}
//	coverage.Check(t, minima)
//
// Only the clauses of the audit journal are covered. An oracle sees one state
// of a journal; [Oracle.Recall] ties the cursors of earlier states to the
// oracles that read them, for requests with at. What explain shows is not
// judged, nor how a cursor is spelled.
package oracle
