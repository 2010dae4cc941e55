package auth

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestManyCreate lets processes and goroutines create tokens in one file at
// the same time: every token is there, each with a number of its own.
func TestManyCreate(t *testing.T) {
	t.Parallel()
	const processes, goroutines = 4, 8
	path := filepath.Join(t.TempDir(), "tokens.jsonl")
	clock := newFakeClock()
	tokens := openTokens(t, path, clock)
	texts := make(chan string, (processes+goroutines)*createPerProcess)
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), createEnv+"="+path)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("process: %v: %s", err, stderr.Bytes())
			}
			for text := range strings.Lines(string(out)) {
				texts <- strings.TrimSpace(text)
			}
		})
	}
	for range goroutines {
		wg.Go(func() {
			for range createPerProcess {
				secret, made, err := tokens.Create("from a goroutine", SessionManager, time.Time{})
				if err != nil {
					t.Errorf("Create: %v", err)
					return
				}
				// The clock stands still, so this is what Create itself noticed.
				if p, err := tokens.Check(secret); err != nil || p.ID != made.ID {
					t.Errorf("Check right after Create = %v, %v; want token %d", p, err, made.ID)
				}
				texts <- secret.Reveal()
			}
		})
	}
	wg.Wait()
	close(texts)
	clock.seconds(1)
	ids := make(map[int64]bool)
	for text := range texts {
		p, err := tokens.Check(Secret(text))
		if err != nil || ids[p.ID] {
			t.Errorf("Check = %v, %v, number seen before: %t", p, err, ids[p.ID])
		}
		ids[p.ID] = true
	}
	if want := (processes + goroutines) * createPerProcess; len(ids) != want || !ids[1] || !ids[int64(want)] {
		t.Errorf("%d tokens, want the numbers 1 to %d", len(ids), want)
	}
}

// TestChangesSeen changes tokens through one Tokens, as the command line does,
// and looks through another, as the server does.
func TestChangesSeen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.jsonl")
	clock := newFakeClock()
	server, command := openTokens(t, path, clock), openTokens(t, path, clock)
	check := func(s Secret, want error, when string) {
		t.Helper()
		if _, err := server.Check(s); !errors.Is(err, want) {
			t.Errorf("%s: Check = %v, want %v", when, err, want)
		}
	}
	first := create(t, command, "first", SessionAdmin)
	check(first, nil, "created just now")
	second := create(t, command, "second", SessionDealer)
	check(second, nil, "second created")
	if err := command.Revoke(1); err != nil {
		t.Fatal(err)
	}
	clock.add(lookInterval)
	check(first, ErrRevokedToken, "revoked, an interval later")
	check(second, nil, "the other token")
	clock.add(-time.Hour) // a step back must not keep the server from looking
	if err := command.Revoke(2); err != nil {
		t.Fatal(err)
	}
	clock.add(-time.Hour)
	check(second, ErrRevokedToken, "after the clock went back")
}

// TestDamageWhileServing takes the file away, damages and restores it under a
// running server: nobody is let in meanwhile, and it recovers by itself.
func TestDamageWhileServing(t *testing.T) {
	t.Parallel()
	path := goldenCopy(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clock := newFakeClock()
	tokens := openTokens(t, path, clock)
	replace := func(data []byte) {
		if err := os.WriteFile(path+".new", data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		clock.add(lookInterval)
	}
	for name, data := range map[string][]byte{
		"cut":   good[:len(good)/2],
		"empty": nil,
		"byte":  bytes.Replace(good, []byte("SESSION_DEALER"), []byte("SESSION_ADMIN"), 1),
	} {
		replace(data)
		_, err := tokens.Check(goldenSecret(1))
		var fault *FileError
		if !errors.As(err, &fault) || fault.File != path || errors.Is(err, ErrNotAuthenticated) {
			t.Errorf("%s: Check = %v, want a *FileError that is no refusal", name, err)
		}
		if _, err := tokens.List(); err == nil {
			t.Errorf("%s: List gives no error", name)
		}
		if empty, err := tokens.Empty(); empty || err == nil {
			t.Errorf("%s: Empty = %t, %v; want an error", name, empty, err)
		}
		if _, err := OpenTokens(path, clock.now); err == nil {
			t.Errorf("%s: OpenTokens gives no error", name)
		}
		if _, _, err := tokens.Create("x", SessionAdmin, time.Time{}); err == nil {
			t.Errorf("%s: Create gives no error", name)
		}
		if err := tokens.Revoke(1); err == nil || errors.Is(err, ErrNoToken) {
			t.Errorf("%s: Revoke = %v, want the fault", name, err)
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, data) {
			t.Errorf("%s: the damaged file was changed: %v", name, err)
		}
		replace(good)
		if _, err := tokens.Check(goldenSecret(1)); err != nil {
			t.Errorf("%s, then restored: Check = %v", name, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	clock.add(lookInterval)
	if _, err := tokens.Check(goldenSecret(1)); err != ErrUnknownToken {
		t.Errorf("file removed: Check = %v, want %v", err, ErrUnknownToken)
	}
	replace(good)
	if _, err := tokens.Check(goldenSecret(1)); err != nil {
		t.Errorf("file put back: Check = %v", err)
	}
}

// TestNotAFile puts other things where the token file and its folder should be.
func TestNotAFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(path string) error
		want string
	}{
		{"folder", func(path string) error { return os.Mkdir(path, 0o700) }, "not a regular file"},
		{"FIFO", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "not a regular file"},
		{"dangling loop", func(path string) error { return os.Symlink(path, path) }, "open token file"},
		{"huge", func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, maxFileBytes+1))
		}, "longer than"},
	} {
		path := filepath.Join(t.TempDir(), "tokens.jsonl")
		if err := tt.make(path); err != nil {
			t.Fatal(err)
		}
		if tokens, err := OpenTokens(path, nil); err == nil || tokens != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: OpenTokens = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	file := goldenCopy(t)
	if _, err := OpenTokens(filepath.Join(file, "tokens.jsonl"), nil); err == nil {
		t.Error("a file for a folder: OpenTokens gives no error")
	}
}

// TestFailedWrite keeps a change from being written: the old tokens stand, in
// the file and in memory.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	path := goldenCopy(t)
	clock := newFakeClock()
	tokens := openTokens(t, path, clock)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, blocked := range []string{path + tempSuffix, path + lockSuffix} {
		// A folder with something in it can be neither opened nor replaced.
		if err := errors.Join(os.RemoveAll(blocked), os.MkdirAll(filepath.Join(blocked, "x"), 0o700)); err != nil {
			t.Fatal(err)
		}
		if secret, _, err := tokens.Create("x", SessionAdmin, time.Time{}); err == nil || secret != "" {
			t.Errorf("%s blocked: Create = %q, %v; want an error", filepath.Base(blocked), secret.Reveal(), err)
		}
		if err := tokens.Revoke(1); err == nil {
			t.Errorf("%s blocked: Revoke gives no error", filepath.Base(blocked))
		}
		if err := os.RemoveAll(blocked); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	clock.seconds(1)
	if _, err := tokens.Check(goldenSecret(1)); err != nil {
		t.Errorf("Check: %v", err)
	}
}

// TestCheckWhileChanging checks a token from many goroutines while others come
// and go: no check fails for it.
func TestCheckWhileChanging(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.jsonl")
	clock := newFakeClock()
	server, command := openTokens(t, path, clock), openTokens(t, path, clock)
	secret := create(t, command, "kept", SessionAdmin)
	clock.add(lookInterval)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				clock.add(lookInterval)
				if _, err := server.Check(secret); err != nil {
					t.Errorf("Check: %v", err)
					return
				}
			}
		})
	}
	for i := range 30 {
		create(t, command, fmt.Sprint("number ", i), SessionUser)
		if err := command.Revoke(int64(i + 2)); err != nil {
			t.Errorf("Revoke: %v", err)
		}
	}
	close(done)
	wg.Wait()
}

func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("tokens=%d", n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "tokens.jsonl")
			records := make([]record, n)
			for i := range records {
				records[i] = record{
					Token{ID: int64(i + 1), Name: "bench", Session: SessionAdmin, Created: time.Unix(0, 0)},
					hash(goldenSecret(i)),
				}
			}
			data, err := encodeFile(records)
			if err != nil {
				b.Fatal(err)
			}
			if err := writeFile(path, data); err != nil {
				b.Fatal(err)
			}
			tokens, err := OpenTokens(path, time.Now)
			if err != nil {
				b.Fatal(err)
			}
			secret := goldenSecret(n / 2)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tokens.Check(secret); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
