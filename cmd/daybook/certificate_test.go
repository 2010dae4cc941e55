package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// writePair writes a self-signed certificate for this machine, with its key.
func writePair(certFile, keyFile, name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		DNSNames:              []string{"localhost"},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600)
}

func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	now := time.Now()
	core, logs := observer.New(zap.InfoLevel)

	if _, err := openCertificate(certFile, keyFile, zap.New(core), func() time.Time { return now }); err == nil {
		t.Fatal("opened a pair that does not exist")
	}
	write := func(name string) {
		t.Helper()
		if err := writePair(certFile, keyFile, name); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	c, err := openCertificate(certFile, keyFile, zap.New(core), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	served := func() string {
		t.Helper()
		pair, err := c.Get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.Subject.CommonName
	}
	expect := func(when, want string) {
		t.Helper()
		if got := served(); got != want {
			t.Errorf("%s: certificate of %q, want %q", when, got, want)
		}
	}
	expect("at first", "first")

	write("second")
	expect("within a second of the last look", "first")
	now = now.Add(2 * time.Second)
	expect("after a change", "second")

	firstKey, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	write("third")
	if err := os.WriteFile(keyFile, firstKey, 0o600); err != nil { // of another certificate
		t.Fatal(err)
	}
	now = now.Add(2 * time.Second)
	expect("with a key that does not fit", "second")
	now = now.Add(2 * time.Second)
	expect("and later", "second")
	if n := logs.FilterMessageSnippet("not used").Len(); n != 1 {
		t.Errorf("%d lines about the bad pair, want 1", n)
	}

	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Second)
	expect("without a certificate file", "second")

	write("fourth")
	c.Refresh()
	expect("after Refresh", "fourth")
}
