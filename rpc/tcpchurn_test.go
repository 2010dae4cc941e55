package rpc_test

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/rpc"
)

// TestTCPChurn has clients come, send pieces of good and bad messages, and leave
// in every way there is, all at once. Afterwards nothing of them is left, and the
// server answers.
func TestTCPChurn(t *testing.T) {
	t.Parallel()
	r := newRig(t, quick(func(l *rpc.Limits) { l.Request, l.Farewell = 20*time.Millisecond, 20*time.Millisecond }))
	address := r.listenTCP(nil)
	messages := []string{
		command(`1`, "echo", `{"a":1}`, managerToken), command(`2`, "whoami", "", "wrong"), command(`3`, "slow", "", ""), command(`4`, "panic", "", ""),
		command(`5`, "big", "[100000]", ""), command(`6`, "Subscribe", `{"chanels":[]}`, ""), command(`7`, "$/cancelRequest", `{"id":3}`, ""), `{`, `[]`, "\xff",
		`[{"jsonrpc":"2.0","id":1,"method":"echo"},{"jsonrpc":"2.0","method":"busy"},{"jsonrpc":"2.0","id":2,"method":"slow"}]`,
		`{"jsonrpc":"2.0","id":1,"method":"Authenticate","params":{"token":"` + managerToken + `"}}`,
		"Content-Length: 10\r\n\r\n{\"id\":1}  ", strings.Repeat("x", 100_000), strings.Repeat("[", 1000),
	}
	var clients sync.WaitGroup
	for i := range 200 {
		clients.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(hangs))
			for range 1 + rng.IntN(10) {
				text := messages[rng.IntN(len(messages))] + "\r\n"
				if rng.IntN(4) == 0 {
					text = text[:rng.IntN(len(text))]
				}
				if _, err := io.WriteString(conn, text); err != nil {
					return // the server had a reason
				}
			}
			switch tcp := conn.(*net.TCPConn); rng.IntN(4) {
			case 0:
				tcp.SetLinger(0) // Close resets the connection
			case 1:
				tcp.CloseWrite()
				io.Copy(io.Discard, conn)
			case 2:
				tcp.SetReadDeadline(time.Now().Add(10 * time.Millisecond)) // perhaps nothing is to come
				io.CopyN(io.Discard, conn, 100)
			}
		})
	}
	clients.Wait()
	if !settles(func() bool { s := r.server.Stats(); return s.Connections == 0 && s.HeldBytes == 0 && s.InFlight == 0 }) {
		t.Errorf("Stats = %+v, want nothing left", r.server.Stats())
	}
	if got := dialTCP(t, address).ask(command(`9`, "echo", "", "")); got != ok(`9`, `null`) {
		t.Errorf("afterwards: %s", got)
	}
}
