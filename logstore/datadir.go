package logstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
)

// The data folder holds what Daybook keeps for one journal:
//
//	daybook.json   format version, and the journal it belongs to
//	facts.jsonl    what is known of complete day files; see memory.load
//	checkpoint.json   where following stands; see checkpointFile
//	incidents.jsonl   what happened to day files; see incidents
//	owner.lock     locked by the process that builds and writes here; its number
//	tokens.jsonl   package auth's
//	index/         the indexes of day files; see indexFolder
const (
	claimName   = "daybook.json"
	factsName   = "facts.jsonl"
	dataVersion = 1
)

// A dataClaim says whose a data folder is.
type dataClaim struct {
	Format  int    `json:"format"`
	Journal string `json:"journal"` // absolute path of the journal folder
}

// claim makes the data folder dir the journal's, or checks that it is. A
// folder that can't be written to is no reason not to answer: unwritable tells
// these errors from others.
func claim(d disk, dir, journal string) error {
	if err := d.makeFolder(dir); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	name := filepath.Join(dir, claimName)
	if _, err := d.stamp(name); errors.Is(err, fs.ErrNotExist) {
		return writeClaim(d, name, dataClaim{dataVersion, journal})
	}
	return checkClaim(d, dir, journal)
}

// checkClaim makes sure that the data folder dir is no other journal's. It
// writes nothing: the folder may be missing, or nobody's yet.
func checkClaim(d disk, dir, journal string) error {
	name := filepath.Join(dir, claimName)
	text, err := readFile(d, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	var c dataClaim
	if err := json.Unmarshal(text, &c); err != nil {
		return fmt.Errorf("data folder: %s is damaged (%w); delete it if the folder is the journal's", name, err)
	}
	switch {
	case c.Format != dataVersion:
		return fmt.Errorf("data folder %s has format %d; this program knows format %d", dir, c.Format, dataVersion)
	case c.Journal != journal:
		return fmt.Errorf("data folder %s belongs to the journal %s, not to %s; choose another data folder, or delete %s if the journal was moved",
			dir, c.Journal, journal, name)
	}
	return nil
}

// unwritable reports whether err says that nothing can be written: for lack of
// permission or of space.
func unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func writeClaim(d disk, name string, c dataClaim) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := replaceFile(d, name, append(text, '\n')); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}
