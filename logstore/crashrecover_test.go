package logstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// recover starts a server on what a crash left.
func (j *crashJournal) recover(state crashState, want int) error {
	data, err := j.materialise(state)
	defer os.RemoveAll(data)
	return errors.Join(err, j.healFrom(state, data, want))
}

// recoverFaulty starts a server on what a crash left, and then has its disk fail
// too. It returns whether that happened before the end.
func (j *crashJournal) recoverFaulty(state crashState, want int, d *faultyDisk, mapped bool) (fired bool, err error) {
	data, err := j.materialise(state)
	defer os.RemoveAll(data)
	if err != nil {
		return false, err
	}
	_, wrong := j.live(d, data, mapped)
	if err := errors.Join(wrong, j.heal(data, want)); err != nil {
		return true, fmt.Errorf("operation %d: %s, always %t: %w", d.n, d.kind.name, d.always, err)
	}
	return len(d.fired) > 0, nil
}

// materialise writes a state into a folder of its own.
func (j *crashJournal) materialise(state crashState) (data string, err error) {
	data = filepath.Join(filepath.Dir(j.data), fmt.Sprint("crash", j.number.Add(1)))
	return data, state.materialise(data)
}

// heal starts a server on a data folder where all works again.
func (j *crashJournal) heal(data string, want int) error {
	state, err := stateIn(data)
	return errors.Join(err, j.healFrom(state, data, want))
}

// healFrom starts a server on a data folder that holds state. It must answer
// right at once, with what is left of the index opened, and when the rest is
// built; what is damaged is reported and set aside, and nothing unfinished is
// left.
func (j *crashJournal) healFrom(state crashState, data string, want int) error {
	s, logs, err := j.openOn(hastyDisk{osDisk{}}, data)
	if err != nil && j.disk.lying && strings.Contains(err.Error(), "is damaged") {
		// Whose the folder is must be said by a person.
		if err := os.Remove(filepath.Join(data, claimName)); err != nil {
			return err
		}
		s, logs, err = j.openOn(hastyDisk{osDisk{}}, data)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	if err := j.recovered(s, logs, state, want); err != nil {
		return fmt.Errorf("%w\nwarnings: %q", err, warnings(logs))
	}
	return nil
}

func (j *crashJournal) recovered(s *Store, logs *observer.ObservedLogs, state crashState, want int) error {
	ctx := context.Background()
	damaged, badFacts, err := j.damagedIn(s, state)
	err = errors.Join(err, j.wrong(s, "at the start"))
	if _, _, failed := s.unindexed(ctx); failed != nil {
		err = errors.Join(err, failed)
	}
	if n := logged(logs, zapcore.WarnLevel, "index set aside"); int(asideOf(s)) != damaged || n != damaged {
		err = errors.Join(err, fmt.Errorf("%d indexes are set aside and %d reported, %d are damaged", asideOf(s), n, damaged))
	}
	if n := logged(logs, zapcore.WarnLevel, "what was known of day files is read anew"); n > 0 != badFacts {
		err = errors.Join(err, fmt.Errorf("the facts are damaged: %t; reported: %d times", badFacts, n))
	}
	err = errors.Join(err, j.wrong(s, "with what is left opened"), s.BuildIndex(ctx, nil), j.wrong(s, "built"), s.save())
	if n := len(s.index.files); n != want || int(asideOf(s)) != damaged {
		err = errors.Join(err, fmt.Errorf("%d indexes are used at last, want %d; %d are set aside, want %d", n, want, asideOf(s), damaged))
	}
	left := leftovers(s.opts.DataDir, want)
	// A process that another test starts has all that is open here until it runs, and
	// with it what is locked.
	for try := 0; left != nil && try < 200; try++ {
		time.Sleep(10 * time.Millisecond)
		s.index.sweep()
		left = leftovers(s.opts.DataDir, want)
	}
	return errors.Join(err, left)
}

// damagedIn counts the indexes in a state that can't be what was written, and
// reports whether its facts can't. Where syncs can be relied on, that is an error.
func (j *crashJournal) damagedIn(s *Store, state crashState) (damaged int, badFacts bool, err error) {
	unfinished, present := 0, 0
	for name, content := range state {
		day, published := strings.CutSuffix(filepath.Base(name), indexSuffix)
		_, gone := os.Stat(j.path(day))
		switch {
		case strings.HasPrefix(filepath.Base(name), "."):
			unfinished++
		case name == factsName:
			_, bad := decodeFacts(content, s.memory.terms)
			if badFacts = bad != nil; badFacts && !j.disk.lying {
				err = errors.Join(err, fmt.Errorf("%s: %w", name, bad))
			}
		case published && gone == nil:
			present++
			if _, bad := decodeIndex(content, day, s.memory.terms); bad != nil {
				damaged++
				if !j.disk.lying && !bytes.Equal(content, j.bad) {
					err = errors.Join(err, fmt.Errorf("%s: %w", name, bad))
				}
			}
		}
	}
	t := j.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	t.damaged += damaged
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	count(&t.unfinished, unfinished > 0)
	count(&t.partial, present == 1 || present == 2)
	count(&t.badFact, badFacts)
	return damaged, badFacts, err
}

// wrong returns an error where an answer is not the scan's.
func (j *indexedJournal) wrong(s *Store, when string) error {
	for i, q := range j.queries {
		got := outcomeOf(s, request(j, q))
		if reflect.DeepEqual(got, j.want[i]) { // cmp takes as long as the query
			continue
		}
		if diff := cmp.Diff(j.want[i], got); diff != "" {
			return fmt.Errorf("%s, %s: (-scan +index)\n%s", when, q, diff)
		}
	}
	return nil
}

// leftovers returns an error where a data folder holds anything else than so
// many indexes, those set aside, facts and claim.
func leftovers(data string, indexes int) error {
	entries, err := os.ReadDir(data)
	inside, err2 := os.ReadDir(filepath.Join(data, indexFolder))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	names := func(entries []fs.DirEntry) (all []string) {
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), asideSuffix) {
				all = append(all, e.Name())
			}
		}
		return all
	}
	if got := names(entries); !slices.Equal(got, []string{claimName, factsName, indexFolder, lockName}) {
		return fmt.Errorf("the data folder holds %v", got)
	}
	if got := names(inside); len(got) != indexes {
		return fmt.Errorf("the index folder holds %v, want %d indexes", got, indexes)
	}
	return nil
}
