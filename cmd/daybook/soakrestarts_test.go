package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestSoakRestarts has four processes write while the server is killed and
// started again and again: a subscriber that comes back by its cursor sees every
// record once, and so does a query afterwards. Meanwhile the file is rotated.
func TestSoakRestarts(t *testing.T) {
	records, kills := 4_000, 4
	switch text := os.Getenv("SOAK"); text {
	case "":
	case "long":
		records, kills = 100_000, 50
	default:
		records, kills = 20_000, 10
	}
	const writers = 4
	server := newProgram(t)
	if err := os.WriteFile(server.live(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	server.start(t)
	s := &survivor{program: server, seen: make(map[string]int)}
	if err := s.connect(); err != nil { // before the first record
		t.Fatal(err)
	}
	each := records / writers
	rate := max(500, each/(kills/4+1))
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			// Several runs, so that the writer opens the file that is there after a rotation.
			for first := 0; first < each; first += rate {
				if err := s.append(w, first, min(rate, each-first), rate); err != nil {
					t.Errorf("appendlines: %v", err)
				}
			}
		})
	}
	written := make(chan struct{})
	go func() { running.Wait(); close(written) }()
	random := rand.New(rand.NewPCG(1, uint64(kills)))
	reading := make(chan error, 1)
	go func() { reading <- s.readAll(records) }()
	for i := range kills {
		time.Sleep(time.Duration(100+random.IntN(200)) * time.Millisecond)
		server.kill(t)
		if i%5 == 2 {
			rotated := filepath.Join(server.journal, fmt.Sprintf("audit-%s.%d.tsv", soakEnd().Format(time.DateOnly), i/5+1))
			if err := os.Rename(server.live(), rotated); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		s.mu.Lock()
		server.start(t)
		s.mu.Unlock()
	}
	<-written
	select {
	case err := <-reading:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(awaitDeadline):
		t.Fatalf("%d of %d records came", len(s.seen), records)
	}
	for key, n := range s.seen {
		if n != 1 {
			t.Errorf("the subscriber saw %s %d times", key, n)
		}
	}
	t.Logf("%d records, %d kills, %d connections, %d events", len(s.seen), kills, s.connections, s.events)
	server.checkQuery(t, records)
	server.stop(t)
}

// A survivor subscribes again whenever the server is gone.
type survivor struct {
	*program
	mu     sync.Mutex // held while the server starts
	conn   *websocket.Conn
	cursor string
	seen   map[string]int // by writer and number

	connections, events int
}

// append runs appendlines.
func (s *survivor) append(writer, first, count, rate int) error {
	return s.itself("appendlines", s.live(), fmt.Sprint(writer), strconv.Itoa(first), strconv.Itoa(count), strconv.Itoa(rate)).Run()
}

// connect subscribes behind the cursor that came last.
func (s *survivor) connect() error {
	s.mu.Lock()
	addr := s.addr
	s.mu.Unlock()
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/rpc", http.Header{"Authorization": {"Bearer " + s.token.Reveal()}})
	if err != nil {
		return err
	}
	params := map[string]string{}
	if s.cursor != "" {
		params["after"] = s.cursor
	}
	if err := conn.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "SubscribeLogs", "params": params}); err != nil {
		conn.Close()
		return err
	}
	var answer struct {
		Result struct{ Cursor string }
		Error  *struct{ Message string }
	}
	if err := conn.ReadJSON(&answer); err != nil {
		conn.Close()
		return err
	}
	if answer.Error != nil {
		conn.Close()
		return &refusedError{answer.Error.Message}
	}
	s.conn, s.cursor = conn, answer.Result.Cursor
	s.connections++
	return nil
}

// A refusedError is an answer that does not become better by asking again.
type refusedError struct{ message string }

func (e *refusedError) Error() string { return "SubscribeLogs: " + e.message }

// readAll reads until so many records came.
func (s *survivor) readAll(all int) error {
	for len(s.seen) < all {
		if s.conn == nil {
			err := s.connect()
			if refused, ok := err.(*refusedError); ok {
				return refused
			}
			if err != nil {
				time.Sleep(10 * time.Millisecond)
				continue
			}
		}
		var event struct {
			Method string
			Params struct {
				Rows    [][7]any
				Dropped int
				Cursor  string
				Ended   string
			}
		}
		if err := s.conn.ReadJSON(&event); err != nil {
			s.conn.Close()
			s.conn = nil
			continue
		}
		p := event.Params
		if event.Method != "LogEvent" || p.Dropped > 0 || p.Ended != "" {
			return fmt.Errorf("got %s: %d dropped, ended %q", event.Method, p.Dropped, p.Ended)
		}
		for _, row := range p.Rows {
			s.seen[recordKey(row)]++
		}
		s.cursor = p.Cursor
		s.events++
	}
	return s.conn.Close()
}

// recordKey tells records of appendlines apart.
func recordKey(row [7]any) string {
	var number int
	fmt.Sscanf(fmt.Sprint(row[6]), "#%d at", &number)
	return fmt.Sprintf("%v#%d", row[2], number)
}

// checkQuery asks for all records, which are there once each.
func (p *program) checkQuery(t *testing.T, all int) {
	t.Helper()
	conn := p.dial(t, false)
	if conn == nil {
		return
	}
	defer conn.Close()
	seen := make(map[string]int)
	for offset := 0; offset < all; offset += 20_000 {
		request := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"GetLogsByFilter","params":{"limit":20000,"offset":%d}}`, offset)
		if err := conn.WriteMessage(websocket.TextMessage, []byte(request)); err != nil {
			t.Fatal(err)
		}
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Result struct {
				Rows  [][7]any
				Count int
			}
		}
		if err := json.Unmarshal(text, &answer); err != nil || answer.Result.Count != all {
			t.Fatalf("the query counts %d records, want %d: %v", answer.Result.Count, all, err)
		}
		for _, row := range answer.Result.Rows {
			seen[recordKey(row)]++
		}
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("the query shows %s %d times", key, n)
		}
	}
	if len(seen) != all {
		t.Errorf("the query shows %d records, want %d", len(seen), all)
	}
}
