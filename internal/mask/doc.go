// Package mask takes secrets out of what is stored and logged: requests with
// their answers, and whatever an error message may quote. It is the only place
// that knows what a secret looks like.
//
// A secret is known by the name of the member, header, query parameter or form
// field that holds it ([Name]); by its form, as API tokens and JWTs are; or by
// its text, as a token that the same request offered is ([Masker.Learn]). In its
// place stands [Masked].
//
// What is read structurally, such as JSON that is valid, is masked exactly.
// Where the structure is broken or cut off, too much is masked rather than too
// little.
package mask
