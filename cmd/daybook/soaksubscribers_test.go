package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A crowd is a load test of many subscribers.
type crowd struct {
	clients   int           // of which one in twenty does not read, and one in twenty slowly
	lasts     time.Duration // of the load
	rate      int           // records a second
	greed     int           // subscriptions of a client that does not read: enough to fill its buffers
	stall     time.Duration // after which the server gives up on a client that does not read
	p99       time.Duration // bound of the healthy clients' latency; 0: none
	residents int64         // bound of the server's peak size in bytes; 0: none
	dropping  bool          // slow clients must lose rows
}

// crowdOf returns the load test that the environment asks for, as soakOf does.
func crowdOf(t *testing.T) *crowd {
	switch text := os.Getenv("SOAK"); text {
	case "":
		return &crowd{clients: 40, lasts: time.Second, rate: 500, greed: 64, stall: 500 * time.Millisecond}
	case "long":
		return &crowd{
			clients: 1000, lasts: time.Minute, rate: 1000, greed: 2, stall: 5 * time.Second,
			p99: 50 * time.Millisecond, residents: 200 << 20, dropping: true,
		}
	default:
		lasts, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("SOAK=%s: want long, or a duration: %v", text, err)
		}
		return &crowd{clients: 400, lasts: lasts, rate: 1000, greed: 16, stall: 5 * time.Second}
	}
}

// TestSoakSubscribers has many clients subscribe to the same rows. One in
// twenty never reads, and is closed; one in twenty reads slowly, and loses rows
// of its own, of which it learns the number, or reads next to nothing; all others
// get every row, soon.
func TestSoakSubscribers(t *testing.T) {
	c := crowdOf(t)
	server := newProgram(t)
	if err := os.WriteFile(server.live(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	server.start(t, "--stall-timeout", c.stall.String())
	defer server.stop(t)
	few := max(1, c.clients/20)
	all := int(c.lasts.Seconds() * float64(c.rate))
	var (
		group     sync.WaitGroup
		mu        sync.Mutex // guards what follows
		latencies []time.Duration
		lost      int
		closed    int
	)
	over, release := make(chan struct{}), make(chan struct{})
	var stuck []*websocket.Conn
	for i := range c.clients {
		switch kind := i / few; kind {
		case 0:
			stuck = append(stuck, server.subscribe(t, c.greed, true))
		case 1:
			conn := server.subscribe(t, 1, true)
			group.Go(func() {
				dropped := readSlowly(t, conn, over, all, i%2 == 0)
				mu.Lock()
				defer mu.Unlock()
				lost += dropped
			})
		default:
			conn := server.subscribe(t, 1, false)
			group.Go(func() {
				took := readAll(t, conn, all)
				mu.Lock()
				defer mu.Unlock()
				latencies = append(latencies, took...)
			})
		}
	}
	for _, conn := range stuck {
		group.Go(func() {
			<-release
			if refusesBytes(conn) {
				mu.Lock()
				defer mu.Unlock()
				closed++
			}
		})
	}
	writer := server.itself("appendlines", server.live(), "w", "0", strconv.Itoa(all), strconv.Itoa(c.rate))
	if err := writer.Run(); err != nil {
		t.Fatal(err)
	}
	close(over)
	server.awaitStalled(t, few)
	close(release)
	group.Wait()
	if len(latencies) == 0 {
		t.Fatal("nothing came")
	}
	slices.Sort(latencies)
	p99, peak := latencies[len(latencies)*99/100], server.peak(t)
	t.Logf("%d clients, %d records in %v: %d events, p50 %v, p99 %v, slowest %v, peak %d MiB, %d rows dropped of %d slow clients, %d of %d stuck ones closed",
		c.clients, all, c.lasts, len(latencies), latencies[len(latencies)/2], p99, latencies[len(latencies)-1], peak>>20, lost, few, closed, few)
	if c.p99 > 0 && p99 > c.p99 {
		t.Errorf("p99 %v, want at most %v", p99, c.p99)
	}
	if c.residents > 0 && peak > c.residents {
		t.Errorf("peak resident size %d MiB, want at most %d", peak>>20, c.residents>>20)
	}
	if c.dropping && lost == 0 {
		t.Error("no slow client lost a row: none was slow")
	}
	if closed != few {
		t.Errorf("%d of %d stuck clients were closed", closed, few)
	}
}

// subscribe opens a connection with so many subscriptions to all rows; with small
// buffers for a client that will not read.
func (p *program) subscribe(t *testing.T, times int, small bool) *websocket.Conn {
	t.Helper()
	conn := p.dial(t, small)
	if conn == nil {
		t.FailNow()
	}
	t.Cleanup(func() { conn.Close() })
	for id := range times {
		request := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"SubscribeLogs"}`, id)
		if err := conn.WriteMessage(websocket.TextMessage, []byte(request)); err != nil {
			t.Fatal(err)
		}
		if _, text, err := conn.ReadMessage(); err != nil || !bytes.Contains(text, []byte(`"result":{"subscription":`)) {
			t.Fatalf("subscribe: %s, %v", text, err)
		}
	}
	return conn
}

// readAll reads all records, each once and in order, and returns how long the
// first one of each event was on its way.
func readAll(t *testing.T, conn *websocket.Conn, all int) (took []time.Duration) {
	var event bytes.Buffer
	for next := 0; next < all; {
		event.Reset()
		conn.SetReadDeadline(time.Now().Add(awaitDeadline))
		_, r, err := conn.NextReader()
		if err == nil {
			_, err = io.Copy(&event, r)
		}
		if err != nil {
			t.Errorf("after %d of %d records: %v", next, all, err)
			return took
		}
		first, moment, rows := readAppended(t, event.Bytes())
		if first != next || !bytes.Contains(event.Bytes(), []byte(`],"dropped":0,"cursor":`)) {
			t.Errorf("record %d comes in place of %d: %.300s", first, next, event.Bytes())
			return took
		}
		took = append(took, time.Since(moment))
		next += rows
	}
	return took
}

// readSlowly reads 32 KiB a second until over is closed, and then the rest; or 1 KiB
// a second if crawling. It returns how many records were dropped; with those that
// came, they are all. Only of one who crawls the server may take it that it does not
// read at all: its kernel says that there is room when half of its buffer is empty.
func readSlowly(t *testing.T, conn *websocket.Conn, over <-chan struct{}, all int, crawling bool) (dropped int) {
	piece := int64(8 << 10)
	if crawling {
		piece = 256
	}
	slow, tick := io.Reader(conn.NetConn()), time.NewTicker(250*time.Millisecond)
	defer tick.Stop()
	var early bytes.Buffer
	for reading := true; reading; {
		select {
		case <-tick.C:
			// Its pings are not answered one by one, but it is there.
			if err := conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)); err != nil && !crawling {
				t.Errorf("slow client: %v", err)
				return 0
			}
			// There is something to read; but a machine under load may take a
			// while until it is read.
			conn.NetConn().SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			io.CopyN(&early, slow, piece)
		case <-over:
			reading = false
		}
	}
	conn.NetConn().SetReadDeadline(time.Now().Add(awaitDeadline))
	text := io.MultiReader(&early, conn.NetConn())
	rows := 0
	for rows+dropped < all {
		payload, err := readServerFrame(text)
		if err != nil && crawling {
			return dropped
		}
		if err != nil {
			t.Errorf("slow client after %d rows and %d dropped of %d: %v", rows, dropped, all, err)
			return dropped
		}
		var event struct {
			Params struct {
				Rows    []json.RawMessage
				Dropped int
			}
		}
		if len(payload) == 0 {
			continue // a ping
		}
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Errorf("slow client got %.300s: %v", payload, err)
			return dropped
		}
		if len(event.Params.Rows) > 0 {
			first, _, _ := readAppended(t, payload)
			if dropped += event.Params.Dropped; first != rows+dropped {
				t.Errorf("slow client: record %d comes after %d rows and %d dropped", first, rows, dropped)
				return dropped
			}
			rows += len(event.Params.Rows)
			continue
		}
		dropped += event.Params.Dropped
	}
	if rows+dropped != all {
		t.Errorf("slow client: %d rows and %d dropped, want %d together", rows, dropped, all)
	}
	return dropped
}

// readServerFrame reads one frame of a server, which does not mask them.
func readServerFrame(r io.Reader) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return nil, err
	}
	size, more := int(head[1]), 0
	switch size {
	case 126:
		more = 2
	case 127:
		more = 8
	}
	if more > 0 {
		if _, err := io.ReadFull(r, head[:more]); err != nil {
			return nil, err
		}
		size = 0
		for _, b := range head[:more] {
			size = size<<8 | int(b)
		}
	}
	payload := make([]byte, size)
	_, err := io.ReadFull(r, payload)
	return payload, err
}

// refusesBytes sends to a connection that was never read, and reports whether
// the other end refuses what comes: it has closed.
func refusesBytes(conn *websocket.Conn) bool {
	for deadline := time.Now().Add(awaitDeadline); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)) != nil {
			return true
		}
	}
	return false
}
