package requestlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A child is a process that records requests: the test binary, run with a child
// as JSON in the environment. It prints each id when its record has been
// written, or that it has begun.
type child struct {
	Dir     string
	Name    string // the endpoint of its records
	Records int    // to write; 0: for ever
	IDsOnly bool   // take ids and write nothing
}

const childVariable = "REQUESTLOG_TEST_CHILD"

func TestMain(m *testing.M) {
	text := os.Getenv(childVariable)
	if text == "" {
		os.Exit(m.Run())
	}
	var c child
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = c.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run does the child's work, in its process.
func (c child) run() error {
	if c.IDsOnly {
		return c.takeIDs()
	}
	var failed error
	parent := os.Getppid()
	l, err := Open(Options{Dir: c.Dir, gather: 100 * time.Microsecond, Report: func(err error) { failed = err }})
	if err != nil {
		return err
	}
	fmt.Println(0)
	for n := 1; c.Records == 0 || n <= c.Records; n++ {
		body := Body{Text: bytes.Repeat([]byte("x "), n%500), Size: int64(2 * (n % 500))}
		for !l.Add(&Entry{Started: time.Now(), Endpoint: c.Name, Body: body}) {
			time.Sleep(time.Millisecond)
		}
		if n%16 == 0 {
			time.Sleep(time.Millisecond)
			if os.Getppid() != parent {
				return errors.New("the test has gone")
			}
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	return failed
}

// takeIDs takes ids and prints them.
func (c child) takeIDs() error {
	s := ids{dir: c.Dir, mode: 0o600, now: time.Now}
	out := bufio.NewWriter(os.Stdout)
	for n := 0; c.Records == 0 || n < c.Records; n++ {
		id, err := s.take()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, id)
		if n%idRange == idRange-1 {
			if err := out.Flush(); err != nil {
				return err // the test has gone
			}
		}
	}
	return out.Flush()
}

// start starts the child. What it prints goes to out, its errors to errs.
func (c child) start(t *testing.T) (cmd *exec.Cmd, out *bufio.Reader, errs *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	errs = new(bytes.Buffer)
	cmd.Stderr = errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(pipe), errs
}

// readIDs reads the ids that a child prints, whole lines only.
func readIDs(t *testing.T, out *bufio.Reader) (all []int64) {
	t.Helper()
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			return all
		}
		id, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Errorf("a child prints %q", line)
		}
		all = append(all, id)
	}
}
