package bytescan

import "bytes"

// indexLinear is Index with a bound on its time for every input: the standard
// library's search, which has one, or where that can't fold, a search by
// rolling hash (Karp and Rabin, "Efficient randomized pattern-matching
// algorithms", 1987).
func (l *Literal) indexLinear(b []byte) int {
	if !l.folded {
		return bytes.Index(b, l.text)
	}
	n := len(l.text)
	if len(b) < n {
		return -1
	}
	const prime = 16777619
	var want, have uint32
	power := uint32(1) // prime to the n-th: what the byte that leaves is worth
	for i, c := range l.text {
		want = want*prime + uint32(c)
		have = have*prime + uint32(lower(b[i]))
		power *= prime
	}
	for i := n; ; i++ {
		if have == want && l.equal(b[i-n:i]) {
			return i - n
		}
		if i == len(b) {
			return -1
		}
		have = have*prime + uint32(lower(b[i])) - power*uint32(lower(b[i-n]))
	}
}
