package logstore

import "sync"

// Pins hold what is known of the beginnings of files that snapshots are of and
// that have grown since, so that a query at a cursor does not read them for the
// sake of their number of lines. What a pin tells holds for whatever file
// begins with that content. They are safe for concurrent use.
type pins struct {
	mu     sync.Mutex
	facts  map[pin]facts
	prints map[printed]uint32
}

// A pin is a stretch of content from the beginning of a file.
type pin struct {
	day    Day
	length int64  // bytes
	print  uint32 // fingerprint
}

// A printed is the beginning of a compressed file's content, whose fingerprint
// takes decompressing.
type printed struct {
	file   stamp
	length int64 // bytes of content
}

// mostPins bounds each kind of what pins hold. A cursor names about as many
// parts that may grow as programs write at once, so these are many cursors.
const mostPins = 4096

func newPins() *pins {
	return &pins{facts: make(map[pin]facts), prints: make(map[printed]uint32)}
}

// learn notes what a stretch of content was found to hold.
func (p *pins) learn(k pin, f facts) {
	p.mu.Lock()
	defer p.mu.Unlock()
	put(p.facts, k, f)
}

// recall returns what is known of a stretch of content; nothing, if it is not
// known.
func (p *pins) recall(k pin) facts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.facts[k]
}

// learnPrint notes the fingerprint of the beginning of a file's content.
func (p *pins) learnPrint(k printed, print uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	put(p.prints, k, print)
}

// recallPrint returns the fingerprint of the beginning of a file's content.
func (p *pins) recallPrint(k printed) (print uint32, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	print, ok = p.prints[k]
	return print, ok
}

// put adds to a map of at most mostPins, where any other may have to go: what is
// forgotten is found out again.
func put[K comparable, V any](m map[K]V, k K, v V) {
	if _, ok := m[k]; !ok && len(m) >= mostPins {
		for other := range m {
			delete(m, other)
			break
		}
	}
	m[k] = v
}
