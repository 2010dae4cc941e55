package dayfile_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"daybook/dayfile"
)

// A child is a process that writes to a folder: the test binary, run with a
// child as JSON in the environment. It prints the number of each record, from
// 1, when it has been written.
type child struct {
	Dir     string
	ID      int
	Records int   // to write; 0: for ever
	MaxSize int64 // as in Options
	LongTo  int   // the longest detail, in bytes

	// DieAt is the number of the record within which the child kills itself,
	// in the middle of a write; 0: it does not.
	DieAt int

	// MaxFile is the file size in bytes that the kernel allows; 0: any.
	MaxFile uint64
}

const childVariable = "DAYFILE_TEST_CHILD"

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
		fmt.Fprint(os.Stderr, err)
		os.Exit(1)
	}
}

// start starts the child. out is what it prints; its errors go to a
// *bytes.Buffer.
func (c child) start(t *testing.T) (cmd *exec.Cmd, out *bufio.Reader) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = new(bytes.Buffer)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(pipe)
}

// run writes records in the child's process.
func (c child) run() error {
	if c.MaxFile > 0 {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: c.MaxFile, Max: c.MaxFile}); err != nil {
			return err
		}
	}
	random := rand.New(rand.NewPCG(uint64(c.ID), 0))
	o := dayfile.Options{Dir: c.Dir, MaxSize: c.MaxSize}
	number := 0
	if c.DieAt > 0 {
		o = o.WithDisk(func(f *os.File, b []byte) (int, error) {
			if number == c.DieAt && len(b) > len(dayfile.TornMark)+1 { // which is whole or not at all
				f.Write(b[:1+random.IntN(len(b)-1)])
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return f.Write(b)
		}, nil)
	}
	o.Now = nowNoon
	w, err := dayfile.Open(o)
	if err != nil {
		return err
	}
	for number = 1; c.Records == 0 || number <= c.Records; number++ {
		if _, err := w.Write([]byte(line(c.detail(number, random)))); err != nil {
			return err
		}
		if _, err := fmt.Println(number); err != nil {
			return err
		}
	}
	return w.Close()
}

// detail makes the detail of a record, which shows whether it is whole.
func (c child) detail(number int, random *rand.Rand) string {
	fill := strings.Repeat("x", random.IntN(c.LongTo+1))
	return fmt.Sprintf("%d %d %s end", c.ID, number, fill)
}

// parseDetail takes a whole detail apart.
func parseDetail(detail string) (id, number int, whole bool) {
	_, err := fmt.Sscanf(detail, "%d %d", &id, &number)
	return id, number, err == nil && strings.HasSuffix(detail, " end")
}

// lastNumber reads what a child prints to its end, and returns the last number.
func lastNumber(t *testing.T, out io.Reader) int {
	t.Helper()
	last := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
			t.Errorf("a child prints %q", lines.Text())
		}
	}
	return last
}
