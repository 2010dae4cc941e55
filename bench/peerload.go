package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"daybook/bench/peer"
)

// schema is the version of tables and indexes. A change makes databases that
// were kept stale.
const schema = 1

// A loadResult is what loading a journal into a peer took, in this run or in
// the one that made what is kept.
type loadResult struct {
	Name  string      `json:"name"`
	Kept  bool        `json:"kept"` // from an earlier run
	Steps []peer.Step `json:"steps"`
}

// database and steps are the names of files in a peer's folder.
const (
	databaseFile = "logs.db"
	stepsFile    = "steps.json"
)

// loadPeers loads the journal into DuckDB and SQLite where it is not there
// already, and returns the paths of their databases.
func (b *bench) loadPeers(ctx context.Context, j *journal, r *peersReport) (duck, lite string, err error) {
	version, err := peer.DuckDBVersion(ctx)
	if err != nil {
		return "", "", fmt.Errorf("a peer is missing: %w", err)
	}
	load := func(name, version string, into func(context.Context, string, []string) ([]peer.Step, error)) (string, error) {
		path, result, err := b.loadPeer(j, name, version, func(file string) ([]peer.Step, error) { return into(ctx, file, j.paths()) })
		r.Loaded = append(r.Loaded, result)
		return path, err
	}
	if duck, err = load(peer.DuckDB, version, peer.LoadDuckDB); err != nil {
		return "", "", err
	}
	lite, err = load(peer.SQLite, peer.SQLiteVersion(), peer.LoadSQLite)
	return duck, lite, err
}

// loadPeer returns the path of a peer's database of j, which it has into make
// where there is none of this version.
func (b *bench) loadPeer(j *journal, name, version string, into func(file string) ([]peer.Step, error)) (string, *loadResult, error) {
	result := &loadResult{Name: name, Kept: true}
	folder := fmt.Sprintf("%s.%s-%s-%d", filepath.Base(j.dir), name, version, schema)
	dir, err := b.keepFolder(folder, func(dir string) error {
		result.Kept = false
		steps, err := into(filepath.Join(dir, databaseFile))
		if err != nil {
			return err
		}
		text, err := json.Marshal(steps)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, stepsFile), text, 0o644)
	})
	if err != nil {
		return "", nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, stepsFile))
	if err != nil {
		return "", nil, err
	}
	if err := json.Unmarshal(text, &result.Steps); err != nil {
		return "", nil, fmt.Errorf("%s: %w", filepath.Join(dir, stepsFile), err)
	}
	return filepath.Join(dir, databaseFile), result, nil
}

// paths returns the paths of the files.
func (j *journal) paths() []string {
	paths := make([]string, len(j.files))
	for i, name := range j.files {
		paths[i] = filepath.Join(j.dir, name)
	}
	return paths
}
