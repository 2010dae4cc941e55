package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
)

// DuckDB is what the database is called in results.
const DuckDB = "DuckDB"

// duckSettings returns the settings of every DuckDB connection.
func duckSettings() []string { return []string{"SET threads=2", "SET memory_limit='12GB'"} }

// duckDialect returns DuckDB's SQL.
func duckDialect() *dialect {
	return &dialect{
		layout: time.DateTime, day: "CAST(timestamp AS DATE)", timeText: "CAST(timestamp AS VARCHAR)",
		perDay: "logs", top: "logs", contains: like,
	}
}

// OpenDuckDB opens a database that LoadDuckDB has made.
func OpenDuckDB(ctx context.Context, file string) (*Database, error) {
	d, err := openDatabase(ctx, "duckdb", file+"?access_mode=read_only", duckSettings())
	if err != nil {
		return nil, fmt.Errorf("open DuckDB: %w", err)
	}
	d.name, d.dialect = DuckDB, duckDialect()
	if d.version, err = ask[string](ctx, d, "SELECT 'DuckDB ' || version()"); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// DuckDBVersion returns the version that databases are made with.
func DuckDBVersion(ctx context.Context) (string, error) {
	d, err := openDatabase(ctx, "duckdb", "", nil)
	if err != nil {
		return "", fmt.Errorf("start DuckDB: %w", err)
	}
	version, err := ask[string](ctx, d, "SELECT version()")
	return version, errors.Join(err, d.Close())
}

// LoadDuckDB makes a native table of day files, whose paths are given oldest
// first.
func LoadDuckDB(ctx context.Context, file string, paths []string) (steps []Step, err error) {
	d, err := openDatabase(ctx, "duckdb", file, duckSettings())
	if err != nil {
		return nil, fmt.Errorf("make DuckDB: %w", err)
	}
	began := time.Now()
	err = d.execute(ctx, "CREATE TABLE logs AS SELECT * FROM "+readCSV(paths), "CHECKPOINT")
	if err = errors.Join(err, d.Close()); err != nil {
		return nil, fmt.Errorf("load DuckDB: %w", err)
	}
	return measured("load", began, file, nil)
}

// readCSV returns the table function that reads day files.
func readCSV(paths []string) string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = literal(path)
	}
	return "read_csv([" + strings.Join(list, ", ") + `], delim='\t', header=false, quote='', escape='', auto_detect=false, ` +
		"timestampformat='%Y-%m-%dT%H:%M:%SZ', columns={timestamp:'TIMESTAMP', actor_type:'VARCHAR', actor_id:'VARCHAR', " +
		"action:'VARCHAR', status:'VARCHAR', source:'VARCHAR', detail:'VARCHAR'})"
}

// measured adds a step that ends now to those before it.
func measured(name string, began time.Time, file string, before []Step) ([]Step, error) {
	took := time.Since(began)
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	return append(before, Step{Name: name, Seconds: took.Seconds(), Bytes: info.Size()}), nil
}
