package generate

import "time"

// Shares in a hundred.
const (
	clientShare, managerShare, systemShare            = 70, 20, 10
	successShare, infoShare, errorShare, warningShare = 85, 8, 5, 2

	completedShare = 11 // of the successes, which makes a tenth of all lines
)

// rareEvery is the number of sentences of which one ends in a rare phrase.
const rareEvery = 20_000

// A world is what a seed makes: who acts, what they do and what they trade.
// Immutable, and shared by goroutines.
type world struct {
	people      *people
	instruments []instrument
	traded      *picker
	actors      *picker // 0 clients, 1 managers, 2 the system
	deeds       [3]deeds
	statuses    *picker
	rare        []string
	rarity      *picker
}

// deeds are what one kind of actor does.
type deeds struct {
	all  []deed
	pick *picker
}

// A deed is an operation, ready for use.
type deed struct {
	name                          string
	modules                       []string
	done, completed, info, failed []template
	reasons                       []string
}

func newWorld(seed uint64) *world {
	w := &world{
		people:      newPeople(seed),
		instruments: instruments(),
		actors:      newPicker([]uint64{clientShare, managerShare, systemShare}),
		statuses:    newPicker([]uint64{successShare, infoShare, errorShare, warningShare}),
		rare:        rarePhrases(),
	}
	w.traded = zipf(len(w.instruments))
	w.rarity = zipf(len(w.rare))
	for i, operations := range [...][]operation{clientOperations(), managerOperations(), systemOperations()} {
		w.deeds[i] = newDeeds(operations)
	}
	return w
}

func newDeeds(operations []operation) deeds {
	d := deeds{all: make([]deed, len(operations)), pick: zipf(len(operations))}
	for i, o := range operations {
		done := o.done
		if done == nil {
			done = o.family.done
		}
		d.all[i] = deed{
			name:      o.name,
			modules:   o.modules,
			done:      parseTemplates(done),
			completed: parseTemplates(o.family.completed),
			info:      parseTemplates(o.family.info),
			failed:    parseTemplates(o.family.failed),
			reasons:   o.family.reasons,
		}
	}
	return d
}

// newDraft returns a draft for the records that r makes of w, one after another.
func (w *world) newDraft(r *random) *draft { return &draft{world: w, random: r} }

// appendColumns appends the columns of a record of the moment sec, from the
// tab that ends its timestamp to the newline.
func (d *draft) appendColumns(dst []byte, sec int64) []byte {
	w, r := d.world, d.random
	actor := w.actors.pick(r)
	of := &w.deeds[actor]
	do := &of.all[of.pick.pick(r)]
	var kind, id, source string
	switch actor {
	case 0:
		kind = "CLIENT"
		id, source = w.people.pickClient(r)
	case 1:
		kind = "MANAGER"
		id, source = w.people.pickManager(r)
	default:
		kind, id = "SYSTEM", "-"
		source = do.modules[r.below(len(do.modules))]
	}
	status, details := w.outcome(do, r)
	for _, column := range [...]string{kind, id, do.name, status, source} {
		dst = append(dst, '\t')
		dst = append(dst, column...)
	}
	dst = append(dst, '\t')
	d.sec, d.about, d.reasons = sec, nil, do.reasons
	start := len(dst)
	dst = details[r.below(len(details))].append(dst, d)
	if r.oneIn(rareEvery) && dst[start] != '{' {
		dst = append(dst, w.rare[w.rarity.pick(r)]...)
	}
	return append(dst, '\n')
}

// outcome draws how a deed ends, and returns the details that tell of it.
func (w *world) outcome(do *deed, r *random) (status string, details []template) {
	switch w.statuses.pick(r) {
	case 0:
		if r.below(100) < completedShare {
			return "SUCCESS", do.completed
		}
		return "SUCCESS", do.done
	case 1:
		return "INFO", do.info
	case 2:
		return "ERROR", do.failed
	}
	return "WARNING", do.failed
}

// A Feed makes single records, such as a live journal gets. It is for one
// goroutine.
type Feed struct{ draft *draft }

// NewFeed returns a feed for the journals that Write makes of the same seed:
// the same people do the same kinds of things.
func NewFeed(seed uint64) *Feed {
	r := newRandom(seed, -2)
	return &Feed{newWorld(seed).newDraft(&r)}
}

// AppendRecord appends a line, newline included, with the time at, cut to the
// second in UTC. The years 1 to 9999 can be written.
func (f *Feed) AppendRecord(dst []byte, at time.Time) []byte {
	at = at.UTC()
	dst = at.AppendFormat(dst, "2006-01-02T15:04:05Z")
	return f.draft.appendColumns(dst, at.Unix())
}
