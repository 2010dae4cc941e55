package main

import "strings"

// nearest returns the one of names that is probably meant by a mistyped one: the
// same but for case and underscores, one that a few letters make of it, or one
// that begins with it or holds it as a word. It is "" where none is near.
func nearest(name string, names []string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if name == "" {
		return ""
	}
	best, least := "", max(1, len(name)/3)+1
	for _, n := range names {
		if d := editDistance(name, n); d < least {
			best, least = n, d
		}
	}
	const shortest = 3 // letters that say something
	if best != "" || len(name) < shortest {
		return best
	}
	for _, n := range names {
		if strings.HasPrefix(n, name) || strings.HasPrefix(name, n+"-") || strings.Contains("-"+n+"-", "-"+name+"-") {
			return n
		}
	}
	return ""
}

// editDistance returns how many bytes must be added, taken away, replaced, or
// swapped with the next to make one text of the other: the distance of optimal
// string alignment.
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
