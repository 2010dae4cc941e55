package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"daybook/internal/generate"
	"daybook/logstore"
)

// BenchmarkTransports asks the same page of a small journal over 16 HTTP
// connections, and pipelined over one TCP connection in either dialect. The
// clients are as lean as each other, and cpu-ns/op is what both sides take
// together.
func BenchmarkTransports(b *testing.B) {
	dir := b.TempDir()
	end := time.Date(2026, 4, 22, 23, 0, 0, 0, time.UTC)
	if _, err := generate.Write(context.Background(), generate.Options{Dir: dir, Days: 1, Lines: 2000, End: end, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	s := serve(b, logstore.Options{Dir: dir, Now: func() time.Time { return end }})
	for _, limit := range []int{1, 50} {
		params := fmt.Sprintf(`{"limit":%d,"offset":0,"where":["status","=","SUCCESS"]}`, limit)
		rpcRequest := `{"jsonrpc":"2.0","id":1,"method":"GetLogsByFilter","params":` + params + `}`
		post := fmt.Sprintf("POST /rpc HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			s.token, len(rpcRequest), rpcRequest)
		command, _ := json.Marshal(map[string]any{"command": "GetLogsByFilter", "data": json.RawMessage(params), "extID": "1", "__token": s.token})
		login := fmt.Sprintf(`{"jsonrpc":"2.0","id":0,"method":"Authenticate","params":{"token":%q}}`+"\n", s.token)
		httpAddress := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/rpc")
		for _, bm := range []struct {
			name, address, first, request string
			conns                         int
			read                          func(*bufio.Reader) error
		}{
			{"http", httpAddress, "", post, 16, readResponse},
			{"tcp-jsonrpc", s.tcp, login, rpcRequest + "\n", 1, readLine},
			{"tcp-platform", s.tcp, "", string(command) + "\r\n", 1, readLine},
		} {
			b.Run(fmt.Sprintf("transport=%s/limit=%d", bm.name, limit), func(b *testing.B) {
				before := cpu(b)
				pipeline(b, bm.address, bm.first, bm.request, bm.conns, bm.read)
				b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// pipeline sends b.N requests over conns connections and reads the answers. One
// connection is sent up to 1,000 requests ahead, several one each.
func pipeline(b *testing.B, address, first, request string, conns int, read func(*bufio.Reader) error) {
	ahead := 1
	if conns == 1 {
		ahead = 1000
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range conns {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		in := bufio.NewReaderSize(conn, 64<<10)
		if first != "" {
			io.WriteString(conn, first)
			if err := read(in); err != nil {
				b.Fatal(err)
			}
		}
		window := make(chan struct{}, ahead)
		wg.Go(func() {
			defer close(window)
			for left.Add(-1) >= 0 {
				window <- struct{}{}
				io.WriteString(conn, request) // the reader notices failures
			}
		})
		wg.Go(func() {
			defer conn.Close()
			for range window {
				if err := read(in); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// readLine reads an answer on a line.
func readLine(in *bufio.Reader) error {
	for {
		piece, err := in.ReadSlice('\n')
		switch {
		case err == nil:
			return nil
		case err != bufio.ErrBufferFull:
			return fmt.Errorf("%.100q: %w", piece, err)
		}
	}
}

// readResponse reads an HTTP response with a length.
func readResponse(in *bufio.Reader) error {
	size := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			size, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
		if len(line) == len("\r\n") {
			_, err := in.Discard(size)
			return err
		}
	}
}

// cpu returns the processor time that this process has taken, in nanoseconds.
func cpu(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
