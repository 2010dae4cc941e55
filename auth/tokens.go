package auth

import (
	"crypto/subtle"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// lookInterval is how long what is known of the token file is relied on
// before the file is looked at again: what other processes revoke is refused
// within a second, for two calls of stat.
const lookInterval = 500 * time.Millisecond

// Tokens are the API tokens of one data folder. The file may be changed by
// other processes at the same time, each through Tokens of its own. All
// methods may be called concurrently.
type Tokens struct {
	path string
	now  func() time.Time

	view    atomic.Pointer[view] // never nil
	looking sync.Mutex           // held while the next view is made
}

// A view is what was known of the token file at one moment; immutable.
type view struct {
	records []record
	byHash  map[digest]int // index into records
	info    os.FileInfo    // of the file that was read; nil when there was none
	looked  time.Time      // when the file was last seen to be that
	err     error          // why nothing is known; everyone is refused with it
}

// OpenTokens opens the tokens in the file at path, which need not exist yet.
// now is the clock of expiry, and of looking at the file; time.Now when nil.
// It fails if the file can't be read or is damaged (*FileError).
func OpenTokens(path string, now func() time.Time) (*Tokens, error) {
	if now == nil {
		now = time.Now
	}
	t := &Tokens{path: path, now: now}
	v := t.read()
	if v.err != nil {
		return nil, v.err
	}
	t.view.Store(v)
	return t, nil
}

// Check returns who s proves, at this moment: call it for every request, not
// only when a connection begins. It is cheap, and reads the file only after a
// change. For a token that is not known it looks whether there is one: that may have
// been made just now, by another process.
//
// Errors that are ErrNotAuthenticated are ErrUnknownToken,
// ErrExpiredToken and ErrRevokedToken; with any other error nothing could be
// found out, and nobody is let in.
func (t *Tokens) Check(s Secret) (Principal, error) {
	v := t.look()
	offered := hash(s)
	i, ok := v.byHash[offered]
	if !ok && v.err == nil {
		v = t.lookAgain()
		i, ok = v.byHash[offered]
	}
	if v.err != nil {
		return Principal{}, v.err
	}
	// How long the map takes to find a hash may depend on how much of it is
	// right, but nobody can choose the hash of what they offer. The comparison
	// that decides takes the same time for all.
	if !ok || subtle.ConstantTimeCompare(v.records[i].Hash[:], offered[:]) != 1 {
		return Principal{}, ErrUnknownToken
	}
	token := v.records[i].Token
	if err := token.Valid(t.now()); err != nil {
		return Principal{}, err
	}
	return token.principal(), nil
}

// List returns every token ever made, by number, revoked ones included.
func (t *Tokens) List() ([]Token, error) {
	v := t.look()
	tokens := make([]Token, len(v.records))
	for i, r := range v.records {
		tokens[i] = r.Token
	}
	return tokens, v.err
}

// Empty reports whether no token was ever made: a folder whose tokens are all
// revoked is not empty.
func (t *Tokens) Empty() (bool, error) {
	v := t.look()
	return len(v.records) == 0 && v.err == nil, v.err
}

// Create makes a token and returns its text, which is nowhere else and can't
// be had again. The name is for people and need not be unique: at most 100
// bytes of printable text. s must have a name. expires is cut to the second
// and must lie ahead; zero means never. A missing data folder is made.
func (t *Tokens) Create(name string, s Session, expires time.Time) (Secret, Token, error) {
	if err := checkName(name); err != nil {
		return "", Token{}, err
	}
	if !s.Named() {
		return "", Token{}, fmt.Errorf("no token for session type %v: want one of %v", s, Sessions())
	}
	now := t.now().UTC()
	// Zero is asked for before cutting: cut, the first second of the calendar
	// would be zero too, and never end.
	if !expires.IsZero() {
		expires = expires.UTC().Truncate(time.Second)
		if !expires.After(now) {
			return "", Token{}, fmt.Errorf("token would have expired at %s", expires.Format(time.RFC3339))
		}
	}
	secret := newSecret()
	made := Token{Name: name, Session: s, Created: now.Truncate(time.Second), Expires: expires}
	err := t.change(func(records []record) ([]record, error) {
		made.ID = 1
		if n := len(records); n > 0 {
			made.ID = records[n-1].ID + 1
		}
		return append(records, record{made, hash(secret)}), nil
	})
	if err != nil {
		return "", Token{}, fmt.Errorf("create token: %w", err)
	}
	return secret, made, nil
}

// Revoke ends the token with number id for good; one that is revoked already
// stays as it is. Servers see it within a second. The error is ErrNoToken when
// there is no such token.
func (t *Tokens) Revoke(id int64) error {
	err := t.change(func(records []record) ([]record, error) {
		for i := range records {
			if r := &records[i]; r.ID == id {
				if r.Revoked.IsZero() {
					r.Revoked = t.now().UTC().Truncate(time.Second)
				}
				return records, nil
			}
		}
		return nil, ErrNoToken
	})
	if err != nil {
		return fmt.Errorf("revoke token %d: %w", id, err)
	}
	return nil
}

// change replaces the records of the file by what edit makes of them. Changes
// wait for one another, over all processes.
func (t *Tokens) change(edit func([]record) ([]record, error)) error {
	if err := os.MkdirAll(filepath.Dir(t.path), ownerFolder); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	unlock, err := lock(t.path)
	if err != nil {
		return err
	}
	defer unlock()
	records, _, err := readFile(t.path)
	if err != nil {
		return err
	}
	if records, err = edit(records); err != nil {
		return err
	}
	data, err := encodeFile(records)
	if err != nil {
		return err
	}
	err = writeFile(t.path, data)

	// Whether or not the folder could be synced, what stands there now counts.
	t.looking.Lock()
	defer t.looking.Unlock()
	t.view.Store(t.read())
	return err
}

// look returns the present view, after looking at the file if the last look
// was too long ago.
func (t *Tokens) look() *view {
	if v := t.view.Load(); t.recent(v) {
		return v
	}
	t.looking.Lock()
	defer t.looking.Unlock()
	v := t.view.Load()
	if t.recent(v) { // another goroutine looked while this one waited
		return v
	}
	return t.renewLocked(v)
}

// lookAgain returns the present view after looking at the file.
func (t *Tokens) lookAgain() *view {
	t.looking.Lock()
	defer t.looking.Unlock()
	return t.renewLocked(t.view.Load())
}

// renewLocked renews the present view, v.
func (t *Tokens) renewLocked(v *view) *view {
	v = t.renew(v)
	t.view.Store(v)
	return v
}

// recent reports whether v may be used without looking at the file.
func (t *Tokens) recent(v *view) bool {
	age := t.now().Sub(v.looked)
	return age >= 0 && age < lookInterval
}

// renew returns a view of the file as it is now: old, if nothing has changed.
func (t *Tokens) renew(old *view) *view {
	looked := t.now()
	info, err := os.Stat(t.path)
	if err != nil || old.err != nil || old.info == nil || !sameContent(old.info, info) {
		return t.read()
	}
	v := *old
	v.looked = looked
	return &v
}

// sameContent reports whether two looks at the token file saw the same. Files
// are never changed in place, and each is longer than the one before it, so
// that a change shows whatever the resolution of the file system's clock.
func sameContent(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode() == b.Mode()
}

// read returns a view of the file, read anew.
func (t *Tokens) read() *view {
	v := &view{looked: t.now()}
	v.records, v.info, v.err = readFile(t.path)
	v.byHash = make(map[digest]int, len(v.records))
	for i, r := range v.records {
		v.byHash[r.Hash] = i
	}
	return v
}
