package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3" // registers the driver "sqlite3"
)

// What the databases are called in results.
const (
	SQLite        = "SQLite"
	SQLiteTrigram = "SQLite FTS5"
)

// sqliteDialect returns SQLite's SQL. Left to its own planner it would go
// through the index on source for the most frequent sources, and through the
// one on time for nearly all days: 11 seconds instead of 0.2 and 6.7.
func sqliteDialect() *dialect {
	return &dialect{
		layout: time.RFC3339, day: "substr(timestamp, 1, 10)", timeText: "timestamp",
		perDay: "logs NOT INDEXED", top: "logs INDEXED BY i_ts", contains: like,
	}
}

// trigramDialect returns SQLite's SQL for texts that its trigram index finds.
func trigramDialect() *dialect {
	d := sqliteDialect()
	d.contains = func(column, text string) string {
		return "rowid IN (SELECT rowid FROM fts WHERE " + column + " GLOB " + literal("*"+text+"*") + ")"
	}
	return d
}

// OpenSQLite opens a database that LoadSQLite has made.
func OpenSQLite(ctx context.Context, file string) (*Database, error) {
	d, err := openSQLite(ctx, file)
	if err != nil {
		return nil, err
	}
	d.name, d.dialect = SQLite, sqliteDialect()
	return d, nil
}

// OpenSQLiteTrigram opens the same for questions that the trigram index helps
// with: Q6 and Q7.
func OpenSQLiteTrigram(ctx context.Context, file string) (*Database, error) {
	d, err := openSQLite(ctx, file)
	if err != nil {
		return nil, err
	}
	if err := requireTrigrams(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.name, d.dialect, d.only = SQLiteTrigram, trigramDialect(), []string{"Q6", "Q7"}
	return d, nil
}

func openSQLite(ctx context.Context, file string) (*Database, error) {
	d, err := openDatabase(ctx, "sqlite3", "file:"+file+"?mode=ro&immutable=1",
		[]string{"PRAGMA cache_size=-2000000", "PRAGMA mmap_size=17179869184", "PRAGMA threads=2"})
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	d.version = "SQLite " + SQLiteVersion()
	return d, nil
}

// SQLiteVersion returns the version that databases are made with.
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}

// LoadSQLite makes a table of day files, the six indexes, and the trigram
// index. Paths are given oldest first.
func LoadSQLite(ctx context.Context, file string, paths []string) ([]Step, error) {
	return makeSQLite(ctx, file, sqliteTable(), func(d *Database) []loadStep {
		return []loadStep{
			{"load", func() error { return d.insert(ctx, auditTable(), paths) }},
			{"indexes", func() error { return d.execute(ctx, sqliteIndexes()...) }},
			{"trigrams", func() error { return d.execute(ctx, trigramIndex()...) }},
		}
	})
}

// A loadStep is one part of loading that is timed.
type loadStep struct {
	name string
	do   func() error
}

// makeSQLite makes a database with a table, and goes through the steps that load
// it.
func makeSQLite(ctx context.Context, file, table string, load func(*Database) []loadStep) ([]Step, error) {
	d, err := openDatabase(ctx, "sqlite3", "file:"+file, []string{
		"PRAGMA page_size=8192", "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-2000000", "PRAGMA threads=2",
		table,
	})
	if err != nil {
		return nil, fmt.Errorf("make SQLite: %w", err)
	}
	if err := requireTrigrams(ctx, d); err != nil { // before minutes are spent
		return nil, errors.Join(err, d.Close())
	}
	var steps []Step
	for _, step := range load(d) {
		began := time.Now()
		if err = step.do(); err == nil {
			steps, err = measured(step.name, began, file, steps)
		}
		if err != nil {
			return nil, fmt.Errorf("SQLite %s: %w", step.name, errors.Join(err, d.Close()))
		}
	}
	return steps, d.Close()
}

// requireTrigrams returns an error where the library was built without FTS5.
func requireTrigrams(ctx context.Context, d *Database) error {
	built, err := ask[bool](ctx, d, "SELECT sqlite_compileoption_used('ENABLE_FTS5')")
	if err == nil && !built {
		err = errors.New("SQLite has no FTS5: build with -tags sqlite_fts5")
	}
	return err
}

// sqliteTable returns the statement that makes the table.
func sqliteTable() string {
	return "CREATE TABLE logs (timestamp TEXT, actor_type TEXT, actor_id TEXT, action TEXT, status TEXT, source TEXT, detail TEXT)"
}

// sqliteIndexes returns the statements that make the indexes.
func sqliteIndexes() []string {
	return []string{
		"CREATE INDEX i_ts ON logs (timestamp)",
		"CREATE INDEX i_type ON logs (actor_type, status, timestamp, source)",
		"CREATE INDEX i_actor ON logs (actor_id, timestamp)",
		"CREATE INDEX i_status ON logs (status, timestamp)",
		"CREATE INDEX i_action ON logs (action, status, actor_id)",
		"CREATE INDEX i_source ON logs (source)",
		"ANALYZE",
	}
}

// trigramIndex returns the statements that make the trigram index. FTS5 is in
// the library only where it is built with the tag sqlite_fts5.
func trigramIndex() []string {
	return []string{
		"CREATE VIRTUAL TABLE fts USING fts5(detail, content='logs', tokenize='trigram case_sensitive 1', detail='none')",
		"INSERT INTO fts(fts) VALUES ('rebuild')",
	}
}
