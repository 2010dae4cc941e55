package rpc

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatientConnWrite checks that writing goes on while the peer takes
// anything at all, and no longer.
func TestPatientConnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c := newPatientConn(ours, &Limits{Stall: 5 * time.Second})
		go func() {
			one := make([]byte, 1)
			for range 20 {
				time.Sleep(4 * time.Second)
				theirs.Read(one)
			}
		}()
		if n, err := c.Write(make([]byte, 10)); n != 10 || err != nil {
			t.Errorf("slow peer: wrote %d, %v; want all 10", n, err)
		}
		start := time.Now()
		n, err := c.Write(make([]byte, 100))
		if n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("peer that stops: wrote %d, %v; want 10 and a time-out", n, err)
		}
		if d := time.Since(start) - 40*time.Second; d < 5*time.Second || d > 6*time.Second {
			t.Errorf("gave up %v after the last byte, want 5 s", d)
		}
	})
}

// TestPatientConnProgress has the system take nothing for long while the peer takes
// what the system has: that is no peer that does not read.
func TestPatientConnProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c := newPatientConn(ours, &Limits{Stall: 5 * time.Second})
		start := time.Now()
		c.waiting = func() (int, bool) {
			left := 100 - int(time.Since(start)/(4*time.Second)) // one byte in four seconds
			return max(left, 85), true
		}
		n, err := c.Write(make([]byte, 10))
		if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d, %v; want nothing and a time-out", n, err)
		}
		if d := time.Since(start) - 60*time.Second; d < 5*time.Second || d > 7*time.Second {
			t.Errorf("gave up %v after the peer took the last byte, want 5 s", d)
		}
	})
}

// TestPatientConnDeadline checks that a deadline that has passed while nothing was
// written fails no later write.
func TestPatientConnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c := newPatientConn(ours, &Limits{Stall: 5 * time.Second})
		read := make(chan struct{})
		go func() {
			defer close(read)
			buf := make([]byte, 10)
			for {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
			}
		}()
		for _, pause := range []time.Duration{0, 400 * time.Millisecond, 600 * time.Millisecond, time.Second, time.Minute} {
			time.Sleep(pause)
			if n, err := c.Write(make([]byte, 25)); n != 25 || err != nil {
				t.Errorf("after %v: wrote %d, %v; want 25", pause, n, err)
			}
		}
		ours.Close()
		<-read
	})
}

// TestUnsent writes to a peer that does not read: the system must not take much
// for it, and must tell when the peer takes some of it.
func TestUnsent(t *testing.T) {
	server, client := tcpPair(t)
	must(t, client.SetReadBuffer(16<<10))
	boundUnsent(server)
	must(t, server.SetWriteDeadline(time.Now().Add(500*time.Millisecond)))
	taken, err := server.Write(make([]byte, 16<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("Write: %v, want a time-out", err)
	}
	if taken > 1<<20 {
		t.Errorf("the system took %d bytes for a peer that does not read", taken)
	}
	before, ok := unacknowledged(server)
	if !ok {
		t.Skip("this system does not tell what a peer has taken")
	}
	if before == 0 {
		t.Error("nothing waits for a peer that has read nothing")
	}
	buf := make([]byte, 16<<10)
	for deadline := time.Now().Add(20 * time.Second); ; {
		must(t, client.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		client.Read(buf)
		if now, _ := unacknowledged(server); now < before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes wait, however much the peer reads", before)
		}
	}
}

// tcpPair returns both ends of a connection, for the test's duration.
func tcpPair(t *testing.T) (server, client *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	client = conn.(*net.TCPConn)
	t.Cleanup(func() { client.Close() })
	conn, err = l.Accept()
	must(t, err)
	server = conn.(*net.TCPConn)
	t.Cleanup(func() { server.Close() })
	return server, client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
