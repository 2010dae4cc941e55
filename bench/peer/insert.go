package peer

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
)

// columns is how many an audit record has; rowsAtOnce is how many records one
// INSERT takes, which keeps calls into C few.
const (
	columns    = 7
	rowsAtOnce = 100
)

// A lineTable is a table that gets a row for each line of files.
type lineTable struct {
	name    string
	columns int
	// values appends the columns of a line, which is the callee's no longer when
	// it returns.
	values func(dst []any, line []byte) ([]any, error)
}

// auditTable is the table of audit records.
func auditTable() *lineTable {
	return &lineTable{"logs", columns, func(dst []any, line []byte) ([]any, error) {
		split := strings.SplitN(string(line), "\t", columns)
		if len(split) != columns {
			return nil, fmt.Errorf("%d columns, want %d: %.100q", len(split), columns, line)
		}
		for _, column := range split {
			dst = append(dst, column)
		}
		return dst, nil
	}}
}

// An inserter fills a table, in one transaction.
type inserter struct {
	*lineTable
	tx      *sql.Tx
	many    *sql.Stmt
	pending []any // values of less than rowsAtOnce records
}

// insert inserts every line of the files into t.
func (d *Database) insert(ctx context.Context, t *lineTable, paths []string) error {
	tx, err := d.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing once it is committed
	i := &inserter{lineTable: t, tx: tx}
	if i.many, err = tx.PrepareContext(ctx, t.statement(rowsAtOnce)); err != nil {
		return err
	}
	for _, path := range paths {
		if err := i.file(ctx, path); err != nil {
			return fmt.Errorf("insert %s: %w", path, err)
		}
	}
	if n := len(i.pending) / t.columns; n > 0 {
		if _, err := tx.ExecContext(ctx, t.statement(n), i.pending...); err != nil {
			return err
		}
	}
	return errors.Join(i.many.Close(), tx.Commit())
}

// statement returns the statement that inserts n records.
func (t *lineTable) statement(n int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", t.columns), ",") + "),"
	return "INSERT INTO " + t.name + " VALUES " + strings.TrimSuffix(strings.Repeat(row, n), ",")
}

// file inserts the lines of one file; the last ones stay pending.
func (i *inserter) file(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 256<<10), 1<<20)
	for lines.Scan() {
		if i.pending, err = i.values(i.pending, lines.Bytes()); err != nil {
			return err
		}
		if len(i.pending) < rowsAtOnce*i.columns {
			continue
		}
		if _, err := i.many.ExecContext(ctx, i.pending...); err != nil {
			return err
		}
		i.pending = i.pending[:0]
	}
	return lines.Err()
}
