package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// newHTTP returns what messages are posted with. It follows no redirects: a server
// has none, and a token must not go elsewhere.
func (c *Client) newHTTP() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               c.opts.Proxy,
			TLSClientConfig:     c.tls,
			DialContext:         (&net.Dialer{Timeout: c.opts.ConnectTimeout}).DialContext,
			TLSHandshakeTimeout: c.opts.ConnectTimeout,
			IdleConnTimeout:     c.opts.Silence,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// askHTTP makes one call over HTTP.
func (c *Client) askHTTP(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	body, err := c.Post(ctx, request{ID: 1, Method: method, Params: params}.text())
	if err != nil {
		return nil, err
	}
	m, err := parseMessage(body)
	if err != nil {
		return nil, &ConnectionError{c.post, err}
	}
	answer, err := m.answer()
	if own := (*ProtocolError)(nil); errors.As(err, &own) {
		return nil, &ConnectionError{c.post, err}
	}
	if err == nil {
		c.worked.Store(true)
	}
	return answer, err
}

// Post sends one message of JSON-RPC as it is, over HTTP whatever the client's
// address, and returns the answer as it came, empty where there is none: for
// batches, and for programs that send messages which they did not make. The
// errors are a *[ConnectionError], ctx's, and ErrClosed; a refusal of the server
// stands in the answer.
func (c *Client) Post(ctx context.Context, message []byte) ([]byte, error) {
	inner, cancel := c.within(ctx)
	defer cancel()
	answer, err := c.exchange(inner, message)
	return answer, c.ended(ctx, err)
}

func (c *Client) exchange(ctx context.Context, message []byte) ([]byte, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.post, bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	req.Header = c.header(token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if own := (*url.Error)(nil); errors.As(err, &own) {
		return nil, &ConnectionError{c.post, own.Err}
	} else if err != nil {
		return nil, &ConnectionError{c.post, err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.opts.MaxMessage+1))
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	switch {
	case err != nil:
		err = fmt.Errorf("read the answer: %w", err)
	case int64(len(body)) > c.opts.MaxMessage:
		err = &ProtocolError{fmt.Sprintf("the answer has more than %d bytes", c.opts.MaxMessage)}
	case resp.StatusCode != http.StatusNoContent && kind != "application/json":
		err = statusError(resp, body, token)
	default:
		return body, nil
	}
	return nil, &ConnectionError{c.post, err}
}

// header returns what every HTTP request says of who asks.
func (c *Client) header(token string) http.Header {
	header := http.Header{"User-Agent": {c.opts.UserAgent}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return header
}
