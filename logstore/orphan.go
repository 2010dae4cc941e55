package logstore

import (
	"context"
	"time"
)

// An orphan is a part whose file is gone, while its writer may still have it
// open.
type orphan struct {
	day  *following
	part *followed
	grew time.Time
}

// checkOrphans reads what is written to files that are gone.
func (f *follower) checkOrphans(ctx context.Context) {
	kept := f.orphans[:0]
	for _, o := range f.orphans {
		before := o.part.length()
		broken := f.advance(ctx, o.day, o.part)
		if o.part.length() != before {
			o.grew = time.Now()
		}
		if broken || time.Since(o.grew) > quietTime {
			o.part.close()
			continue
		}
		kept = append(kept, o)
	}
	clear(f.orphans[len(kept):])
	f.orphans = kept
}
