package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/golang-jwt/jwt/v5"
)

// Bounds of the keys that verify JWTs.
const (
	maxKeys      = 32       // each is tried on a token that names none
	maxKeyBytes  = 64 << 10 // of a key file
	leastSecret  = 32       // bytes of a secret: as many as SHA-256 has (RFC 7518, 3.2)
	leastRSABits = 2048     // RFC 7518, 3.3

	anyoneElse = fs.FileMode(0o007) // rights of those who are neither owner nor group
)

// A jwtKey verifies JWTs of one algorithm. Which one follows from the key
// alone: what a token says of itself never decides how a key is used.
type jwtKey struct {
	file   string
	kid    string // of the only tokens that it verifies; "" for all
	method jwt.SigningMethod
	key    any // as method wants it
}

// loadKey reads the key that spec names, as JWTOptions.Keys tells.
func loadKey(spec string) (jwtKey, error) {
	k := jwtKey{file: spec}
	if kid, file, ok := strings.Cut(spec, "="); ok && kid != "" && !strings.Contains(kid, "/") {
		k.kid, k.file = kid, file
	}
	text, mode, err := readKeyFile(k.file)
	if err == nil {
		k.method, k.key, err = parseKey(text, mode)
	}
	if err != nil {
		return jwtKey{}, fmt.Errorf("JWT key %s: %w", k.file, err)
	}
	return k, nil
}

// String names the key for logs: its algorithm, where it comes from, and the
// tokens it is for.
func (k *jwtKey) String() string {
	text := k.method.Alg() + " " + k.file
	if k.kid != "" {
		text += " for kid " + k.kid
	}
	return text
}

// readKeyFile returns the content of a regular file, and who may do what with
// it. The file may be a link: that is how secrets are mounted into containers.
func readKeyFile(name string) ([]byte, fs.FileMode, error) {
	// Non-blocking, so that a FIFO of that name is refused rather than waited for.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, errors.Unwrap(err) // the caller names the file
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, err
	case !info.Mode().IsRegular():
		return nil, 0, fmt.Errorf("not a regular file but %v", info.Mode().Type())
	case info.Mode().Perm()&othersWrite != 0:
		return nil, 0, fmt.Errorf("others may write to it (mode %04o), and so let themselves in: see who did, then chmod go-w", info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyBytes+1))
	if err == nil && len(text) > maxKeyBytes {
		err = fmt.Errorf("longer than %d bytes", maxKeyBytes)
	}
	return text, info.Mode().Perm(), err
}

// parseKey returns the key in a file's content, and its one algorithm.
func parseKey(text []byte, mode fs.FileMode) (jwt.SigningMethod, any, error) {
	if bytes.Contains(text, []byte("-----BEGIN ")) {
		return parsePublicKey(text)
	}
	if kind := publicForm(text); kind != "" {
		return nil, nil, fmt.Errorf("%s, which is no secret; give a public key as PEM (BEGIN PUBLIC KEY)", kind)
	}
	secret := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	switch {
	case len(secret) < leastSecret:
		return nil, nil, fmt.Errorf("a secret of %d bytes, want at least %d", len(secret), leastSecret)
	case mode&anyoneElse != 0:
		return nil, nil, fmt.Errorf("everybody may read the secret (mode %04o): chmod o-rwx", mode)
	}
	return jwt.SigningMethodHS256, secret, nil
}

// publicForm says what text is if it is a public key in a form that is not
// PEM: whoever knew it could sign, were it taken for a secret. "" means that it
// is none.
func publicForm(text []byte) string {
	trimmed := bytes.TrimSpace(text)
	switch {
	case bytes.HasPrefix(trimmed, []byte("ssh-")), bytes.HasPrefix(trimmed, []byte("ecdsa-sha2-")), bytes.HasPrefix(trimmed, []byte("sk-")):
		return "an SSH key"
	case bytes.HasPrefix(trimmed, []byte("{")) && bytes.Contains(trimmed, []byte(`"kty"`)):
		return "a JSON Web Key"
	}
	if _, err := x509.ParsePKIXPublicKey(text); err == nil {
		return "a public key as DER"
	}
	if _, err := x509.ParsePKCS1PublicKey(text); err == nil {
		return "a public key as DER"
	}
	if _, err := x509.ParseCertificate(text); err == nil {
		return "a certificate as DER"
	}
	return ""
}

// parsePublicKey returns the one public key in a PEM file.
func parsePublicKey(text []byte) (jwt.SigningMethod, any, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, nil, errors.New("damaged PEM")
	}
	if bytes.Contains(rest, []byte("-----BEGIN ")) {
		return nil, nil, errors.New("more than one key; give each a file of its own")
	}
	var key any
	var err error
	switch {
	case block.Type == "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case block.Type == "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, nil, errors.New("a private key, which belongs to whoever makes tokens; its public half is written by: openssl pkey -pubout -in FILE")
	default:
		return nil, nil, fmt.Errorf("PEM of a %q, want PUBLIC KEY", block.Type)
	}
	if err != nil {
		return nil, nil, err
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < leastRSABits {
			return nil, nil, fmt.Errorf("an RSA key of %d bits, want at least %d", bits, leastRSABits)
		}
		return jwt.SigningMethodRS256, key, nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, nil, fmt.Errorf("a key on the curve %s; ES256 is on P-256", key.Curve.Params().Name)
		}
		return jwt.SigningMethodES256, key, nil
	case ed25519.PublicKey:
		return jwt.SigningMethodEdDSA, key, nil
	}
	return nil, nil, errors.New("neither an RSA, an EC nor an Ed25519 key")
}
