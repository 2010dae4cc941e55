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

// columns is how many a record has; rowsAtOnce is how many records one INSERT
// takes, which keeps calls into C few.
const (
	columns    = 7
	rowsAtOnce = 100
)

// An inserter fills the table logs, in one transaction.
type inserter struct {
	tx      *sql.Tx
	many    *sql.Stmt
	pending []any // values of less than rowsAtOnce records
}

// insert inserts every line of the files.
func (d *Database) insert(ctx context.Context, paths []string) error {
	tx, err := d.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing once it is committed
	i := &inserter{tx: tx}
	if i.many, err = tx.PrepareContext(ctx, insertStatement(rowsAtOnce)); err != nil {
		return err
	}
	for _, path := range paths {
		if err := i.file(ctx, path); err != nil {
			return fmt.Errorf("insert %s: %w", path, err)
		}
	}
	if n := len(i.pending) / columns; n > 0 {
		if _, err := tx.ExecContext(ctx, insertStatement(n), i.pending...); err != nil {
			return err
		}
	}
	return errors.Join(i.many.Close(), tx.Commit())
}

// insertStatement returns the statement for n records.
func insertStatement(n int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + "),"
	return "INSERT INTO logs VALUES " + strings.TrimSuffix(strings.Repeat(row, n), ",")
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
		split := strings.SplitN(lines.Text(), "\t", columns)
		if len(split) != columns {
			return fmt.Errorf("%d columns, want %d: %.100q", len(split), columns, lines.Text())
		}
		for _, column := range split {
			i.pending = append(i.pending, column)
		}
		if len(i.pending) < rowsAtOnce*columns {
			continue
		}
		if _, err := i.many.ExecContext(ctx, i.pending...); err != nil {
			return err
		}
		i.pending = i.pending[:0]
	}
	return lines.Err()
}
