package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJWTKeyFiles names each file that makes no key, and says why.
func TestJWTKeyFiles(t *testing.T) {
	t.Parallel()
	f := newForge()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(f.ed)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(f.rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, text []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text}))
	}
	secret := string(f.secret)
	for _, tt := range []struct {
		name, content string
		mode          fs.FileMode
		want          string // what the error says; the key's algorithm where there is none
		wantErr       bool
	}{
		{"rsa", f.rsaPEM, 0o644, "RS256", false},
		{"rsa, as old programs write it", block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&f.rsa.PublicKey)), 0o644, "RS256", false},
		{"text before", "made by us\n" + f.ecPEM, 0o444, "ES256", false},
		{"ed25519", f.edPEM, 0o640, "EdDSA", false},
		{"secret", secret + "\r\n", 0o600, "HS256", false},
		{"random bytes", strings.Repeat("\x00\xff", 16), 0o400, "HS256", false},
		{"empty", "", 0o600, "a secret of 0 bytes, want at least 32", true},
		{"short secret", secret[:31] + "\n", 0o600, "a secret of 31 bytes", true},
		{"open secret", secret, 0o604, "everybody may read the secret (mode 0604)", true},
		{"writable", f.rsaPEM, 0o664, "others may write to it (mode 0664)", true},
		{"private", block("PRIVATE KEY", private), 0o600, "a private key", true},
		{"rsa of 1024 bits", publicPEM(short.Public()), 0o644, "an RSA key of 1024 bits", true},
		{"P-384", publicPEM(p384.Public()), 0o644, "curve P-384; ES256 is on P-256", true},
		{"two keys", f.rsaPEM + f.ecPEM, 0o644, "more than one key", true},
		{"certificate", block("CERTIFICATE", der), 0o644, `PEM of a "CERTIFICATE"`, true},
		{"cut PEM", f.rsaPEM[:100], 0o644, "damaged PEM", true},
		{"damaged key", block("PUBLIC KEY", der[:40]), 0o644, "asn1", true},
		{"DER", string(der), 0o600, "a public key as DER", true},
		{"SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL desk@example\n", 0o600, "an SSH key", true},
		{"JWK", ` {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, 0o600, "a JSON Web Key", true},
		{"huge", strings.Repeat("x", maxKeyBytes+1), 0o600, "longer than 65536 bytes", true},
	} {
		path := writeKey(t, "key", tt.content, tt.mode)
		k, err := loadKey(path)
		if !tt.wantErr {
			if err != nil || k.method.Alg() != tt.want {
				t.Errorf("%s: %v, %v; want %s", tt.name, k.method, err, tt.want)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "JWT key "+path+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want the file and %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), secret[:20]) {
			t.Errorf("%s: the error holds the secret", tt.name)
		}
	}
}

// TestJWTKeySpecs wants the kid told from the file, and everything described
// without a secret.
func TestJWTKeySpecs(t *testing.T) {
	t.Parallel()
	f := newForge()
	dir := t.TempDir()
	path := filepath.Join(dir, "a=b")
	if err := os.WriteFile(path, []byte(f.secret), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := OpenJWTs(JWTOptions{Keys: []string{path, "one=" + path, "k.i-d_=" + path}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"HS256 " + path, "HS256 " + path + " for kid one", "HS256 " + path + " for kid k.i-d_"}
	if diff := cmp.Diff(want, j.Keys()); diff != "" {
		t.Errorf("Keys mismatch (-want +got):\n%s", diff)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]string{nil, {"=" + path}, {dir}, {fifo}, {path + "x"}, make([]string, maxKeys+1)} {
		if _, err := OpenJWTs(JWTOptions{Keys: keys}, nil); err == nil {
			t.Errorf("OpenJWTs(%q) succeeds", keys)
		}
	}
}
