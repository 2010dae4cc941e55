package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// A certificate is the server's certificate and key, read from two files and
// read again when they change. A pair that cannot be used leaves the last good
// one in place. Safe for concurrent use.
type certificate struct {
	certFile, keyFile string
	log               *zap.Logger
	now               func() time.Time

	mu      sync.Mutex       // guards what follows
	current *tls.Certificate // never nil
	stamps  [2]os.FileInfo   // of the files when they were last read, nil if they could not be
	checked time.Time
}

// checkEvery is how often the files are looked at, at most.
const checkEvery = time.Second

// openCertificate reads the pair; the first one must be good.
func openCertificate(certFile, keyFile string, log *zap.Logger, now func() time.Time) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, now: now}
	c.stamps = c.stat()
	pair, err := c.load()
	if err != nil {
		return nil, err
	}
	c.current, c.checked = pair, now()
	return c, nil
}

// Get returns the certificate for a handshake, after a look at the files where
// the last one is a second old. It fits tls.Config.GetCertificate.
func (c *certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= checkEvery {
		c.checked = now
		c.refreshLocked()
	}
	return c.current, nil
}

// Refresh looks at the files now.
func (c *certificate) Refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refreshLocked()
}

// refreshLocked reads the pair if a file changed. The stamps are taken before
// reading: a file that changes in between is read once more next time. A bad
// pair is logged once, and tried again when a file changes.
func (c *certificate) refreshLocked() {
	stamps := c.stat()
	if same(stamps[0], c.stamps[0]) && same(stamps[1], c.stamps[1]) {
		return
	}
	c.stamps = stamps
	pair, err := c.load()
	if err != nil {
		c.log.Error("new TLS certificate not used, the previous one stays", zap.Error(err))
		return
	}
	c.current = pair
	c.log.Info("TLS certificate read again",
		zap.String("file", c.certFile), zap.Time("valid_until", pair.Leaf.NotAfter.UTC()))
}

func (c *certificate) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	return &pair, nil
}

func (c *certificate) stat() (stamps [2]os.FileInfo) {
	for i, name := range [...]string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = info
		}
	}
	return stamps
}

// same tells whether two looks at a file saw the same content.
func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// tlsConfig serves c: TLS 1.2 or newer, HTTP/1.1.
func tlsConfig(c *certificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.Get, NextProtos: []string{"http/1.1"}}
}
