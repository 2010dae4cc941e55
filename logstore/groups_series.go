package logstore

import "slices"

// A series counts matches by the number of their bucket, in a dense stretch
// of buckets. The zero value is empty.
type series struct {
	first  int64 // number of the bucket of counts[0]
	counts []int64
}

// add counts n matches in a bucket. It returns by how many buckets the
// series has grown.
func (s *series) add(bucket, n int64) (grown int) {
	before := len(s.counts)
	switch i := bucket - s.first; {
	case before == 0:
		s.first, s.counts = bucket, append(s.counts, 0)
	case i < 0:
		s.first, s.counts = bucket, slices.Insert(s.counts, 0, make([]int64, -i)...)
	case i >= int64(before):
		s.counts = append(s.counts, make([]int64, i+1-int64(before))...)
	}
	s.counts[bucket-s.first] += n
	return len(s.counts) - before
}

// at returns the count of a bucket, be it one that the series does not reach.
func (s *series) at(bucket int64) int64 {
	if i := bucket - s.first; 0 <= i && i < int64(len(s.counts)) {
		return s.counts[i]
	}
	return 0
}

// addAll adds another series. It returns by how many buckets s has grown.
func (s *series) addAll(other *series) (grown int) {
	for i, n := range other.counts {
		if n > 0 {
			grown += s.add(other.first+int64(i), n)
		}
	}
	return grown
}
