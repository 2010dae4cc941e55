package segment

import "encoding/json"

// quoted returns s as a JSON string.
func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

// appendRecords appends the records of a list of gaps, as the bitmap gets them.
func appendRecords(dst []uint32, gaps []byte, count, n int) ([]uint32, bool) {
	b := make(bitmap, blocks(n))
	ok := b.orGaps(gaps, count, n)
	b.each(func(i uint32) { dst = append(dst, i) })
	return dst, ok
}
