package logstore

import (
	"errors"
	"strings"
	"testing"
)

// A panic in one query's unit is that query's error; the others, and the
// workers, do not notice.
func TestPanicInUnit(t *testing.T) {
	p := newPool(2, 100)
	defer p.close()
	var caught *panicError
	err := p.runAll(t.Context(), []unit{func(*worker) unit { panic("hostile file") }})
	if !errors.As(err, &caught) || !strings.Contains(err.Error(), "hostile file") {
		t.Errorf("runAll = %v, want the panic", err)
	}
	done := 0
	if err := p.runAll(t.Context(), []unit{func(*worker) unit { done++; return nil }}); err != nil || done != 1 {
		t.Errorf("afterwards runAll = %v, %d units done, want 1", err, done)
	}
}
