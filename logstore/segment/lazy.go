package segment

import "slices"

// A lazyList is ascending records, which are found when somebody looks: that
// there are so many is mostly enough. The zero value is no list.
type lazyList struct {
	list []uint32
	make func() []uint32 // nil: list is it
	some bool            // it is a list
}

// listOf returns the list of these records.
func listOf(records []uint32) lazyList { return lazyList{list: records, some: true} }

// listFrom returns the list of the records that find returns.
func listFrom(find func() []uint32) lazyList { return lazyList{make: find, some: true} }

// is reports whether it is a list.
func (l *lazyList) is() bool { return l.some }

// records returns the list. It must not be changed.
func (l *lazyList) records() []uint32 {
	if l.make != nil {
		l.list, l.make = l.make(), nil
	}
	return l.list
}

func (l *lazyList) has(i uint32) bool {
	_, found := slices.BinarySearch(l.records(), i)
	return found
}

// between returns those of the list in [from, to).
func (l *lazyList) between(from, to int) []uint32 {
	list := l.records()
	first, _ := slices.BinarySearch(list, uint32(from))
	last, _ := slices.BinarySearch(list, uint32(max(from, to)))
	return list[first:last:last]
}
