package auth

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// openTokens opens the tokens at path with the clock.
func openTokens(t testing.TB, path string, clock *fakeClock) *Tokens {
	t.Helper()
	tokens, err := OpenTokens(path, clock.now)
	if err != nil {
		t.Fatalf("OpenTokens: %v", err)
	}
	return tokens
}

// create makes a token that never expires.
func create(t testing.TB, tokens *Tokens, name string, s Session) Secret {
	t.Helper()
	secret, _, err := tokens.Create(name, s, time.Time{})
	if err != nil {
		t.Fatalf("Create(%q, %v): %v", name, s, err)
	}
	return secret
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	start := clock.now().UTC()
	path := filepath.Join(t.TempDir(), "made", "when missing", "tokens.jsonl")
	tokens := openTokens(t, path, clock)
	if empty, err := tokens.Empty(); !empty || err != nil {
		t.Errorf("Empty = %t, %v before the first token", empty, err)
	}
	if _, err := tokens.Check("dbk_x"); err != ErrUnknownToken {
		t.Errorf("Check before the first token: %v, want %v", err, ErrUnknownToken)
	}
	first := create(t, tokens, "first", SessionAdmin)
	clock.seconds(1)
	expires := start.Add(time.Hour)
	second, made, err := tokens.Create("second", SessionDealer, expires.Add(time.Millisecond))
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	want := []Token{
		{ID: 1, Name: "first", Session: SessionAdmin, Created: start},
		{ID: 2, Name: "second", Session: SessionDealer, Created: start.Add(time.Second), Expires: expires},
	}
	if diff := cmp.Diff(want[1], made); diff != "" {
		t.Errorf("Create mismatch (-want +got):\n%s", diff)
	}
	checkList(t, tokens, want)
	checkList(t, openTokens(t, path, clock), want)
	checkPrincipal(t, tokens, first, Principal{ID: 1, Name: "first", Session: SessionAdmin})
	checkPrincipal(t, tokens, second, Principal{ID: 2, Name: "second", Session: SessionDealer, Expires: expires})

	clock.at.Store(expires.UnixNano() - 1)
	checkPrincipal(t, tokens, second, Principal{ID: 2, Name: "second", Session: SessionDealer, Expires: expires})
	clock.at.Store(expires.UnixNano())
	if _, err := tokens.Check(second); err != ErrExpiredToken {
		t.Errorf("Check at expiry: %v, want %v", err, ErrExpiredToken)
	}

	for range 2 { // the second time changes nothing
		if err := tokens.Revoke(1); err != nil {
			t.Errorf("Revoke(1): %v", err)
		}
		want[0].Revoked = expires
		checkList(t, tokens, want)
		clock.seconds(10)
	}
	if _, err := tokens.Check(first); err != ErrRevokedToken {
		t.Errorf("Check after revocation: %v, want %v", err, ErrRevokedToken)
	}
	if err := tokens.Revoke(2); err != nil {
		t.Errorf("Revoke(2): %v", err)
	}
	if _, err := tokens.Check(second); err != ErrRevokedToken {
		t.Errorf("Check of what is both: %v, want %v", err, ErrRevokedToken)
	}
	for _, id := range []int64{0, -1, 3} {
		if err := tokens.Revoke(id); !errors.Is(err, ErrNoToken) {
			t.Errorf("Revoke(%d): %v, want %v", id, err, ErrNoToken)
		}
	}
	if empty, err := tokens.Empty(); empty || err != nil {
		t.Errorf("Empty = %t, %v when all tokens are revoked, want false", empty, err)
	}
	if _, made, err := tokens.Create("third", SessionUser, time.Time{}); err != nil || made.ID != 3 {
		t.Errorf("Create = %d, %v; want number 3, none again", made.ID, err)
	}
}

func checkList(t *testing.T, tokens *Tokens, want []Token) {
	t.Helper()
	got, err := tokens.List()
	if err != nil {
		t.Errorf("List: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("List mismatch (-want +got):\n%s", diff)
	}
}

func checkPrincipal(t *testing.T, tokens *Tokens, s Secret, want Principal) {
	t.Helper()
	got, err := tokens.Check(s)
	if err != nil {
		t.Errorf("Check: %v, want %v", err, want)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check mismatch (-want +got):\n%s", diff)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	tokens := openTokens(t, goldenCopy(t), newFakeClock())
	for _, tt := range []struct {
		secret Secret
		want   error
	}{
		{goldenSecret(1), nil},
		{goldenSecret(2), ErrExpiredToken},
		{goldenSecret(5), ErrRevokedToken},
		{goldenSecret(6), ErrRevokedToken},
		{goldenSecret(3), ErrUnknownToken},
		{"", ErrUnknownToken},
		{"***", ErrUnknownToken},
		{goldenSecret(1) + " ", ErrUnknownToken},
		{goldenSecret(1)[:55], ErrUnknownToken},
		{Secret(strings.ToUpper(goldenSecret(1).Reveal())), ErrUnknownToken},
		{Secret(hex.EncodeToString(make([]byte, 32))), ErrUnknownToken},
		{Secret(strings.Repeat("a", 1<<20)), ErrUnknownToken},
	} {
		_, err := tokens.Check(tt.secret)
		if err != tt.want {
			t.Errorf("Check(%.60q) = %v, want %v", tt.secret.Reveal(), err, tt.want)
		}
		if tt.want != nil && !errors.Is(err, ErrNotAuthenticated) {
			t.Errorf("Check(%.60q): %v is not ErrNotAuthenticated", tt.secret.Reveal(), err)
		}
	}
	// A hash, which is what a thief of the file has, is no token.
	d := hash(goldenSecret(1))
	for _, s := range []Secret{Secret(d[:]), Secret(hex.EncodeToString(d[:]))} {
		if _, err := tokens.Check(s); err != ErrUnknownToken {
			t.Errorf("Check of a hash: %v, want %v", err, ErrUnknownToken)
		}
	}
}

// goldenCopy copies the golden file and returns where to.
func goldenCopy(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokens.jsonl")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	dir := t.TempDir()
	tokens := openTokens(t, filepath.Join(dir, "tokens.jsonl"), clock)
	now := clock.now()
	for _, tt := range []struct {
		name    string
		session Session
		expires time.Time
		want    string
	}{
		{"", SessionAdmin, time.Time{}, "empty"},
		{strings.Repeat("ü", 51), SessionAdmin, time.Time{}, "102 bytes, at most 100"},
		{"a\tb", SessionAdmin, time.Time{}, "can't be printed"},
		{"a\x1b[2Jb", SessionAdmin, time.Time{}, "can't be printed"},
		{"a\u202eb", SessionAdmin, time.Time{}, "can't be printed"},
		{"a\xffb", SessionAdmin, time.Time{}, "can't be printed"},
		{" a", SessionAdmin, time.Time{}, "blank"},
		{"a", 4, time.Time{}, "no token for session type 4"},
		{"a", -1, time.Time{}, "no token for session type -1"},
		{"a", SessionUser, now, "expired"},
		{"a", SessionUser, now.Add(999 * time.Millisecond), "expired"},
		{"a", SessionUser, now.Add(-time.Hour), "expired"},
		{"a", SessionUser, time.Time{}.Add(time.Millisecond), "expired"}, // cut to the second it is zero, which means never
		{"a", SessionUser, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year"},
	} {
		secret, made, err := tokens.Create(tt.name, tt.session, tt.expires)
		if err == nil || !strings.Contains(err.Error(), tt.want) || secret != "" || made != (Token{}) {
			t.Errorf("Create(%q, %v, %v) = %v, %v; want an error with %q", tt.name, tt.session, tt.expires, made, err, tt.want)
		}
	}
	if files := readFolder(t, dir); files["tokens.jsonl"] != "" {
		t.Errorf("refused tokens left a file: %q", files)
	}
}

// TestSecretNotStored looks for the text of a token, in any shape, in every
// file of the data folder.
func TestSecretNotStored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tokens := openTokens(t, filepath.Join(dir, "tokens.jsonl"), newFakeClock())
	text := create(t, tokens, "canary", SessionAdmin).Reveal()
	if err := tokens.Revoke(1); err != nil {
		t.Fatal(err)
	}
	found := false
	for name, content := range readFolder(t, dir) {
		found = found || strings.Contains(content, `"canary"`)
		bare := strings.TrimPrefix(text, secretPrefix)
		for _, shape := range []string{text, bare, bare[:12], hex.EncodeToString([]byte(text)), base64.StdEncoding.EncodeToString([]byte(text))} {
			if strings.Contains(strings.ToLower(content), strings.ToLower(shape)) {
				t.Errorf("%s holds %q of the secret", name, shape)
			}
		}
	}
	if !found {
		t.Error("no file holds the token's record: nothing was looked at")
	}
}

func TestFileMode(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	for _, tt := range []struct {
		mode fs.FileMode
		want string // "" when the tokens are taken
	}{
		{0o600, ""}, {0o400, ""}, {0o644, ""}, {0o640, ""}, {0o604, ""}, {0o701, ""},
		{0o620, "others may write"}, {0o602, "others may write"}, {0o666, "others may write"},
	} {
		path := goldenCopy(t)
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		_, err := OpenTokens(path, clock.now)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("OpenTokens with mode %v: %v, want %q", tt.mode, err, tt.want)
		}
		if info, err := os.Stat(path); err != nil || tt.want == "" && info.Mode().Perm()&othersAny != 0 {
			t.Errorf("mode %v was left as %v, %v: others have rights", tt.mode, info.Mode(), err)
		}
	}

	// What Create writes is the owner's alone, whatever stood there before.
	path := goldenCopy(t)
	if err := os.WriteFile(path+tempSuffix, []byte("left by a crash"), 0o666); err != nil {
		t.Fatal(err)
	}
	create(t, openTokens(t, path, clock), "new", SessionUser)
	for _, name := range []string{path, path + lockSuffix} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", filepath.Base(name), info.Mode(), err)
		}
	}
	if _, err := os.Lstat(path + tempSuffix); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file is left: %v", err)
	}
}

// TestFileOwner creates tokens in a folder that is another user's, if this
// test is root and can make one: the files are the folder's owner's.
func TestFileOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, 12345, 23456); err != nil {
			t.Fatal(err)
		}
	}
	tokens := openTokens(t, filepath.Join(dir, "tokens.jsonl"), newFakeClock())
	create(t, tokens, "first", SessionAdmin)
	create(t, tokens, "second", SessionAdmin)
	owner := func(path string) [2]uint32 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		stat := info.Sys().(*syscall.Stat_t)
		return [2]uint32{stat.Uid, stat.Gid}
	}
	for name := range readFolder(t, dir) {
		if got, want := owner(filepath.Join(dir, name)), owner(dir); got != want {
			t.Errorf("%s belongs to %v, want %v", name, got, want)
		}
	}
}
