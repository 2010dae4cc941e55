package peer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"daybook/bench/workload"
)

// A Database answers from what was loaded into it, in this process and on one
// connection.
type Database struct {
	name    string
	version string
	dialect *dialect
	only    []string // questions it is asked; nil for all
	db      *sql.DB
	conn    *sql.Conn
}

// A Step is one part of loading a journal.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"` // at rest, after this step
}

// openDatabase opens a database and prepares its one connection.
func openDatabase(ctx context.Context, driver, source string, settings []string) (*Database, error) {
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	d := &Database{db: db}
	if d.conn, err = db.Conn(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := d.execute(ctx, settings...); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// execute carries out statements whose results don't matter.
func (d *Database) execute(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := d.conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.80s: %w", statement, err)
		}
	}
	return nil
}

// ask returns the one value that a statement answers with.
func ask[T any](ctx context.Context, d *Database, statement string) (value T, err error) {
	if err = d.conn.QueryRowContext(ctx, statement).Scan(&value); err != nil {
		err = fmt.Errorf("%.80s: %w", statement, err)
	}
	return value, err
}

// Name returns what the database is called in results.
func (d *Database) Name() string { return d.name }

// Version returns the name and version of the program.
func (d *Database) Version() string { return d.version }

// Takes tells whether the database is asked queries of this kind.
func (d *Database) Takes(q *workload.Query) bool {
	for _, name := range d.only {
		if name == q.Name {
			return true
		}
	}
	return d.only == nil
}

// Answer carries out every statement that the answer takes, to its last row,
// and returns how long that was.
func (d *Database) Answer(ctx context.Context, q *workload.Query) (*Answer, time.Duration, error) {
	a := &Answer{Count: Untold, Total: Untold}
	statements := d.dialect.statements(q)
	began := time.Now()
	if q.Shape == workload.Page {
		var err error
		if a.Count, err = ask[int64](ctx, d, statements[0]); err != nil {
			return nil, 0, err
		}
		if a.Total, err = ask[int64](ctx, d, statements[1]); err != nil {
			return nil, 0, err
		}
	}
	rows, err := d.rows(ctx, statements[len(statements)-1])
	took := time.Since(began)
	a.Rows = texts(q, rows)
	return a, took, err
}

// rows returns all rows of a statement.
func (d *Database) rows(ctx context.Context, statement string) (all [][]any, err error) {
	rows, err := d.conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("%.80s: %w", statement, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	places := make([]any, len(names))
	for rows.Next() {
		row := make([]any, len(names))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// Close closes the database.
func (d *Database) Close() error { return errors.Join(d.conn.Close(), d.db.Close()) }
