package rpc

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/zap"
)

// TestStreamWrites checks that what begins at jsonrpc2, such as notifications
// of ours, takes its turn in the writer's queue.
func TestStreamWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(Options{Log: zap.NewNop()})
		socket := newFakeSocket()
		c := s.newConn(&peer{server: s, transport: "ws"}, s.seats.take(false), socket, frameProtocol{})
		go c.write()
		st := &stream{conn: c, items: make(map[uint64]*envelope)}
		peer := jsonrpc2.NewConn(s.ctx, st, st, jsonrpc2.SetLogger(s.stdLog))
		if err := peer.Notify(t.Context(), "LogEvent", json.RawMessage(`{"rows":[]}`)); err != nil {
			t.Errorf("Notify: %v", err)
		}
		synctest.Wait()
		socket.check(t, `{"jsonrpc":"2.0","method":"LogEvent","params":{"rows":[]}}`)
		if err := st.WriteObject(func() {}); err == nil {
			t.Error("a function was encoded")
		}
		peer.Close()
		synctest.Wait()
		if n, _ := s.seats.stats(); n != 0 {
			t.Errorf("%d seats are taken after the end", n)
		}
	})
}
