package client

import (
	"context"
	"encoding/json"
)

// GetLogs searches by field, newest first.
func (c *Client) GetLogs(ctx context.Context, p LogsParams) (*LogsResult, error) {
	return call[LogsResult](ctx, c, "GetLogs", p)
}

// GetLogsByFilter searches by conditions, in any order. [Client.Pages] and
// [Client.Records] yield all matches.
func (c *Client) GetLogsByFilter(ctx context.Context, p FilterParams) (*FilterResult, error) {
	return call[FilterResult](ctx, c, "GetLogsByFilter", p)
}

// GetLogHistogram counts matches by time, and by the value of a field.
func (c *Client) GetLogHistogram(ctx context.Context, p HistogramParams) (*HistogramResult, error) {
	return call[HistogramResult](ctx, c, "GetLogHistogram", p)
}

// GetLogTop counts the most frequent values of a field.
func (c *Client) GetLogTop(ctx context.Context, p TopParams) (*TopResult, error) {
	return call[TopResult](ctx, c, "GetLogTop", p)
}

// GetRequestLogs searches the journal of requests, where the server has one, as
// GetLogsByFilter does the audit journal. Its rows are of other columns: values are
// also of type bool, or nil.
func (c *Client) GetRequestLogs(ctx context.Context, p FilterParams) (*FilterResult, error) {
	return call[FilterResult](ctx, c, "GetRequestLogs", p)
}

// GetJournalStatus describes the day files of a journal.
func (c *Client) GetJournalStatus(ctx context.Context, p StatusParams) (*JournalStatus, error) {
	return call[JournalStatus](ctx, c, "GetJournalStatus", p)
}

// Discover returns the OpenRPC document that describes all methods.
func (c *Client) Discover(ctx context.Context) (json.RawMessage, error) {
	var document json.RawMessage
	err := c.Call(ctx, "rpc.discover", nil, &document)
	return document, err
}

// call calls a method whose result is an R.
func call[R any](ctx context.Context, c *Client, method string, params any) (*R, error) {
	result := new(R)
	if err := c.Call(ctx, method, params, result); err != nil {
		return nil, err
	}
	return result, nil
}
