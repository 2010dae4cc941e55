package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Times after which the server has failed.
const (
	readyWithin  = 2 * time.Minute
	answerWithin = time.Minute
	stopWithin   = 30 * time.Second
)

// readyEvery is how often a starting server is looked at. It adds to what a
// start seems to take.
const readyEvery = time.Millisecond

// A server is a daybook program that serves a journal on a port of its own.
type server struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc // asks it to stop
	began  time.Time          // just before exec
	exited chan struct{}      // closed when it is gone
	err    error              // how it ended; set before exited is closed
	data   string             // its data folder, which goes with it
	ready  string             // file that it writes its address to
	url    string             // set by awaitReady
	token  string
	client *http.Client
}

// startScanning starts the program with a fresh data folder, in which there is
// nothing but a token, and without an index.
func (b *bench) startScanning(ctx context.Context, j *journal) (*server, error) {
	data, err := b.newData(ctx)
	if err != nil {
		return nil, err
	}
	var args []string
	if b.takes(ctx, noIndex) {
		args = append(args, noIndex)
	}
	return b.startServer(ctx, j, data, args...)
}

// noIndex is the flag with which a server neither makes nor uses an index.
const noIndex = "--no-index"

// takes tells whether the program's serve command has a flag.
func (b *bench) takes(ctx context.Context, flag string) bool {
	help, err := exec.CommandContext(ctx, b.binary, "serve", "--help").CombinedOutput()
	return err == nil && bytes.Contains(help, []byte(flag))
}

// A dataFolder is a data folder of the program, and a token that is in it.
type dataFolder struct {
	path  string
	token string
}

// newData makes a data folder with nothing but a token.
func (b *bench) newData(ctx context.Context) (dataFolder, error) {
	path, err := os.MkdirTemp(b.scratch, "data-")
	if err != nil {
		return dataFolder{}, err
	}
	token, err := b.createToken(ctx, path)
	return dataFolder{path, token}, err
}

// startServer starts the program with a data folder, which goes with it, and
// returns without waiting for it.
func (b *bench) startServer(ctx context.Context, j *journal, data dataFolder, args ...string) (*server, error) {
	s := &server{
		data:   data.path,
		token:  data.token,
		ready:  data.path + ".ready",
		exited: make(chan struct{}),
		client: &http.Client{Timeout: answerWithin, Transport: &http.Transport{DisableCompression: true}},
	}
	ctx, s.cancel = context.WithCancel(ctx)
	args = append([]string{"serve", "--journal", j.dir, "--data", s.data, "--listen", "127.0.0.1:0",
		"--ready-file", s.ready, "--clock", lastDay().Add(12 * time.Hour).Format(time.RFC3339), "--log-level", "warn"}, args...)
	s.cmd = exec.CommandContext(ctx, b.binary, args...)
	s.cmd.Env = []string{} // nothing that changes its speed
	s.cmd.Stderr = os.Stderr
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = stopWithin
	s.began = time.Now()
	if err := s.cmd.Start(); err != nil {
		s.cancel()
		return nil, err
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	return s, nil
}

// createToken makes a token as an operator does.
func (b *bench) createToken(ctx context.Context, data string) (string, error) {
	cmd := exec.CommandContext(ctx, b.binary, "token", "create", "--data", data, "--session", "SESSION_MANAGER", "--name", "bench")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("token create: %w\n%s", err, complaints.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}

// awaitReady returns once the server answers requests.
func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	look := time.NewTicker(readyEvery)
	defer look.Stop()
	for {
		if address, err := os.ReadFile(s.ready); err == nil {
			s.url = "http://" + strings.TrimSpace(string(address)) + "/rpc"
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("serve ended: %w", s.err)
		case <-ctx.Done():
			return fmt.Errorf("serve is not ready: %w", ctx.Err())
		case <-look.C:
		}
	}
}

// ask sends a query on the connection that is kept alive, and returns the
// whole answer and how long it took.
func (s *server) ask(ctx context.Context, q *query) (body []byte, took time.Duration, err error) {
	text := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, q.method, q.params)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	began := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	took = time.Since(began)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", resp.Status, body)
	}
	return body, took, err
}

// stop ends the server and returns when it is gone, with an error if it ended
// badly.
func (s *server) stop() error {
	s.client.CloseIdleConnections()
	s.cancel()
	<-s.exited
	err := s.err
	if errors.Is(err, context.Canceled) {
		err = nil // it was asked to end, and ended well
	}
	if err != nil {
		err = fmt.Errorf("serve ended: %w", err)
	}
	return errors.Join(err, os.RemoveAll(s.data))
}

// peak returns the largest resident size the server has had, in bytes; 0 where
// the system does not tell.
func (s *server) peak() (int64, error) { return peakOfProcess(s.cmd.Process.Pid) }

// cpu returns the processor time the server has used; 0 where the system does
// not tell.
func (s *server) cpu() (time.Duration, error) { return cpuOfProcess(s.cmd.Process.Pid) }
