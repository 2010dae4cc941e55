package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// A forge makes JWTs, good ones and bad ones, with keys of its own.
type forge struct {
	secret  []byte
	rsa     *rsa.PrivateKey
	ec      *ecdsa.PrivateKey
	ed      ed25519.PrivateKey
	another *rsa.PrivateKey // that nobody is told of

	rsaPEM, ecPEM, edPEM string // public keys
}

// newForge returns the forge of all tests: making RSA keys takes a while.
var newForge = sync.OnceValue(func() *forge {
	f := &forge{secret: []byte("a secret of more than thirty-two bytes")}
	f.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	f.another, _ = rsa.GenerateKey(rand.Reader, 2048)
	f.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, f.ed, _ = ed25519.GenerateKey(rand.Reader)
	f.rsaPEM, f.ecPEM, f.edPEM = publicPEM(f.rsa.Public()), publicPEM(f.ec.Public()), publicPEM(f.ed.Public())
	return f
})

// publicPEM returns a public key as PEM.
func publicPEM(key crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// b64 returns text in base64url.
func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// sign returns the JWT of the two JSON texts, signed with the forge's key for
// alg, whatever the header says.
func (f *forge) sign(alg, header, claims string) string {
	var key any
	switch alg {
	case "HS256", "HS384":
		key = f.secret
	case "RS256", "PS256", "RS512":
		key = f.rsa
	case "ES256":
		key = f.ec
	case "EdDSA":
		key = f.ed
	}
	return signWith(alg, key, b64(header)+"."+b64(claims))
}

// signWith returns the two parts of text with a third, their signature.
func signWith(alg string, key any, text string) string {
	signature, err := jwt.GetSigningMethod(alg).Sign(text, key)
	if err != nil {
		panic(fmt.Sprintf("sign with %s: %v", alg, err))
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// header returns the header that tokens of alg have.
func header(alg string) string { return fmt.Sprintf(`{"alg":%q,"typ":"JWT"}`, alg) }

// claims are good ones at the fake clock's beginning, with some changed: pairs
// of a name and a JSON value; an empty value takes the claim out.
func claims(changes ...string) string {
	names := []string{"iss", "aud", "sub", "session", "exp", "nbf", "iat"}
	start := newFakeClock().now().Unix()
	values := map[string]string{
		"iss": `"https://issuer.example"`, "aud": `"daybook"`, "sub": `"1223"`, "session": `"SESSION_MANAGER"`,
		"exp": fmt.Sprint(start + 3600), "nbf": fmt.Sprint(start), "iat": fmt.Sprint(start),
	}
	for i := 0; i < len(changes); i += 2 {
		if _, there := values[changes[i]]; !there {
			names = append(names, changes[i])
		}
		values[changes[i]] = changes[i+1]
	}
	var members []string
	for _, name := range names {
		if values[name] != "" {
			members = append(members, fmt.Sprintf("%q:%s", name, values[name]))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// writeKey writes a key file and returns its name.
func writeKey(t testing.TB, name, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

// open returns JWTs that know the forge's public half: the secret under no
// kid, the others under the kids rsa, ec and ed, and once more without.
func (f *forge) open(t testing.TB, clock *fakeClock) *JWTs {
	t.Helper()
	rsaFile := writeKey(t, "rsa.pem", f.rsaPEM, 0o644)
	j, err := OpenJWTs(JWTOptions{
		Keys: []string{
			writeKey(t, "secret", string(f.secret)+"\n", 0o640),
			"rsa=" + rsaFile, rsaFile,
			"ec=" + writeKey(t, "ec.pem", f.ecPEM, 0o644),
			writeKey(t, "ed.pem", f.edPEM, 0o444),
		},
		Issuer:   "https://issuer.example",
		Audience: "daybook",
	}, clock.now)
	if err != nil {
		t.Fatalf("OpenJWTs: %v", err)
	}
	return j
}
