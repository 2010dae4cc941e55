package logstore

import (
	"strings"
	"sync"
	"time"
)

// A waypoint is a place between stretches, in the order in which the follower reads
// them. It is immutable.
type waypoint struct {
	frontier frontier
	made     time.Time
	text     func() string // its cursor's, made once it is asked for
}

// settledAge is how long before a waypoint is made a file must have been changed last,
// if the follower is to have seen that: longer than it may take to look at all
// files.
const settledAge = 5 * time.Second

// newWaypoint returns the waypoint of where reading stands now.
func newWaypoint(behind frontier) *waypoint {
	m := &waypoint{frontier: behind, made: time.Now().Add(-settledAge)}
	m.text = sync.OnceValue(func() string { return m.cursor().String() })
	return m
}

// waypointNamed is how many of the latest parts the cursor of a waypoint names: it
// is sent with every row. Those before should not be appended to any more; where
// one of them is, the cursor is no longer valid.
const waypointNamed = 2 * newestNamed

// cursor returns the waypoint as a cursor.
func (m *waypoint) cursor() *Cursor {
	c := &Cursor{kind: followCursor, made: m.made.UTC()}
	for _, p := range m.frontier {
		if !p.known() {
			continue
		}
		c.parts = append(c.parts, partMark{partPlace{p.day, p.rank}, p.length, p.print})
	}
	c.parts = c.parts[max(0, len(c.parts)-waypointNamed):]
	return c
}

// end returns how far a part is read, if the frontier names it.
func (m *waypoint) end(p partPlace) (frontierPart, bool) {
	for _, f := range m.frontier {
		if (partPlace{f.day, f.rank}) == p {
			return f, f.known()
		}
	}
	return frontierPart{}, false
}

// known reports whether it is known how far the part is read. It is not of one
// that was compressed before the follower began: it is complete.
func (f *frontierPart) known() bool {
	return f.length > 0 || !strings.HasSuffix(f.name, gzipped.suffix()) && !strings.HasSuffix(f.name, zstandard.suffix())
}
