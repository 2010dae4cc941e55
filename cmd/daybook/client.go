package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"daybook/auth"
	"daybook/client"

	"github.com/spf13/cobra"
)

// maxAnswer bounds what is read of one answer, in bytes: a server's answers
// are 64 MiB at most unless it was configured otherwise, and a batch has 100.
const maxAnswer = 8 << 30

// A serverFlag says which server to ask.
type serverFlag struct{ url, ca string }

func (s *serverFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.url, "server", "", "`URL` of a server, as http://127.0.0.1:7390")
	cmd.Flags().StringVar(&s.ca, "tls-ca", "", "`file` with the certificate that the server's is signed by (PEM), besides the system's")
}

// endpoint returns where that server answers requests, and how to speak TLS
// with it. It checks the flags, and does not connect.
func (s serverFlag) endpoint() (*url.URL, *tls.Config, error) {
	u, err := url.Parse(s.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, nil, usagef("--server: %q is no address of a server; want http:// or https://, host and port", s.url)
	}
	if !strings.HasSuffix(u.Path, "/rpc") {
		u.Path = strings.TrimRight(u.Path, "/") + "/rpc"
	}
	if u.User != nil {
		return nil, nil, usagef("--server: the address holds a user; a token is given by --token")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.ca != "" {
		if config.RootCAs, err = rootsWith(s.ca); err != nil {
			return nil, nil, fmt.Errorf("--tls-ca: %w", err)
		}
	}
	return u, config, nil
}

// client returns a client of that server. Its calls are POSTs: who asks one thing
// needs no connection to be kept, and every proxy passes a POST on. It checks the
// flags, and does not connect.
func (s serverFlag) client(o client.Options) (*client.Client, error) {
	u, config, err := s.endpoint()
	if err != nil {
		return nil, err
	}
	o.TLS, o.UserAgent = config, userAgent()
	c, err := client.New(u.String(), o)
	if err != nil {
		return nil, usagef("--server: %w", err)
	}
	return c, nil
}

// A poster sends JSON-RPC messages as they are to one server over HTTP.
type poster struct {
	url  string
	http *http.Client
}

// newPoster checks the flags; it does not connect.
func newPoster(s serverFlag) (*poster, error) {
	u, config, err := s.endpoint()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config}
	return &poster{url: u.String(), http: &http.Client{Transport: transport}}, nil
}

// rootsWith returns the system's certificate authorities and those of file.
func rootsWith(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return roots, nil
}

// send posts one message and returns the answer's body, empty where there is
// none (notifications). Anything but a JSON-RPC answer is an error.
func (c *poster) send(ctx context.Context, token auth.Secret, message []byte) ([]byte, error) {
	resp, err := c.post(ctx, c.url, token, message)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", c.url, err)
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if resp.StatusCode != http.StatusNoContent && kind != "application/json" {
		return nil, fmt.Errorf("%s answered %s: %s", c.url, resp.Status, visible(shorten(strings.TrimSpace(string(body)), 200)))
	}
	return body, nil
}

// post posts JSON.
func (c *poster) post(ctx context.Context, url string, token auth.Secret, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", userAgent())
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	return c.http.Do(req)
}
