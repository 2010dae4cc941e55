package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logged returns what the operational log writes of x.
func logged(t *testing.T, x *Exchange) (map[string]any, string) {
	t.Helper()
	var out bytes.Buffer
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg", LevelKey: "level", EncodeLevel: zapcore.LowercaseLevelEncoder})
	NewOperationalLog(zap.New(zapcore.NewCore(encoder, zapcore.AddSync(&out), zap.DebugLevel))).Observe(x)
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
		t.Fatalf("%v in %s", err, out.Bytes())
	}
	return fields, out.String()
}

// aToken has the form of an API token.
const aToken = "dbk_k3u5xq7w2n4p6r8t0v1y3a5c7e9g2i4m6o8q0s2u4w6y8b1d3f5h"

func TestOperationalLog(t *testing.T) {
	t.Parallel()
	rows := newRowFormat(AuditSchema(), timeField, appendUnix)
	table, err := rows.newTable(&logstore.Result{Count: 70, Rows: [][]byte{[]byte(`,["secret detail"]`)}}, nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	manager := auth.Principal{ID: 1, Name: "desk", Session: auth.SessionManager}
	for _, tt := range []struct {
		name string
		x    Exchange
		want map[string]any
	}{
		{
			"a table",
			Exchange{Principal: manager, Method: "GetLogs", Known: true, Answer: table, Request: []byte(`{"secret":"params"}`)},
			map[string]any{"level": "info", "msg": "request", "method": "GetLogs", "transport": "ws", "addr": "10.0.4.17",
				"duration_ms": 12.5, "session": "SESSION_MANAGER", "name": "desk", "rows": 1.0, "count": 70.0},
		},
		{
			"an error",
			Exchange{Method: "GetLogs", Known: true, Err: errNoToken("unknown token")},
			map[string]any{"level": "info", "msg": "request", "method": "GetLogs", "transport": "ws", "addr": "10.0.4.17",
				"duration_ms": 12.5, "code": -32001.0},
		},
		{
			"a notification",
			Exchange{Principal: manager, Method: "GetLogs", Known: true, Notification: true},
			map[string]any{"level": "info", "msg": "request", "method": "GetLogs", "transport": "ws", "addr": "10.0.4.17",
				"duration_ms": 12.5, "session": "SESSION_MANAGER", "name": "desk", "notification": true},
		},
		{
			"a method of the client's imagination",
			Exchange{Method: aToken + strings.Repeat("é", 100), Err: errNoMethod("x", "")},
			map[string]any{"level": "info", "msg": "request", "method": "***" + strings.Repeat("é", 30) + "…", "transport": "ws",
				"addr": "10.0.4.17", "duration_ms": 12.5, "code": -32601.0},
		},
		{
			"a method that is the token",
			Exchange{Method: "offered-1", Offered: []auth.Secret{"offered-1"}, Err: errNoMethod("x", "")},
			map[string]any{"level": "info", "msg": "request", "method": "***", "transport": "ws", "addr": "10.0.4.17", "duration_ms": 12.5, "code": -32601.0},
		},
		{
			"a method that is a header",
			Exchange{Method: "offered-2", Via: &Via{Header: http.Header{"X-Api-Key": {"offered-2"}}}, Err: errNoMethod("x", "")},
			map[string]any{"level": "info", "msg": "request", "method": "***", "transport": "ws", "addr": "10.0.4.17", "duration_ms": 12.5, "code": -32601.0},
		},
		{
			"a method that is a param",
			Exchange{Method: "offered-3", Request: []byte(`{"method":"offered-3","params":{"token":"offered-3"}}`), Err: errNoMethod("x", "")},
			map[string]any{"level": "info", "msg": "request", "method": "***", "transport": "ws", "addr": "10.0.4.17", "duration_ms": 12.5, "code": -32601.0},
		},
		{
			"a failure of ours",
			Exchange{Method: "GetLogs", Known: true, Err: errInternal(), Cause: errors.New("incident 17: disk on fire")},
			map[string]any{"level": "error", "msg": "request", "method": "GetLogs", "transport": "ws", "addr": "10.0.4.17",
				"duration_ms": 12.5, "code": -32603.0, "cause": "incident 17: disk on fire"},
		},
		{
			"a failure of ours that quotes a token",
			Exchange{Method: "GetLogs", Known: true, Offered: []auth.Secret{"offered-4"}, Err: errInternal(),
				Cause: &incident{"17", &panicError{"no room for offered-4", []byte("main.f(offered-4)")}}},
			map[string]any{"level": "error", "msg": "request", "method": "GetLogs", "transport": "ws", "addr": "10.0.4.17", "duration_ms": 12.5, "code": -32603.0,
				"cause": "incident 17: panic: no room for ***", "causeVerbose": "incident 17: panic: no room for ***\nmain.f(***)"},
		},
	} {
		tt.x.Transport = "ws"
		tt.x.Addr = netip.MustParseAddr("10.0.4.17")
		tt.x.Duration = 12500 * time.Microsecond
		got, line := logged(t, &tt.x)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", tt.name, diff)
		}
		if strings.Contains(line, "secret") || strings.Contains(line, aToken) {
			t.Errorf("%s: the line tells too much: %s", tt.name, line)
		}
	}
}
