package rpc

import (
	"time"

	"daybook/auth"

	"go.uber.org/zap"
)

// NewOperationalLog returns an Observer that writes one line per exchange to
// log: who called what from where, how long it took and how it ended. Params,
// rows and tokens are never in it.
func NewOperationalLog(log *zap.Logger) Observer { return operationalLog{log} }

type operationalLog struct{ log *zap.Logger }

// Observe writes the line of x. An exchange with a cause is a failure of ours:
// its line is an error, with the id under which the client was told of it.
func (o operationalLog) Observe(x *Exchange) {
	fields := make([]zap.Field, 0, 12)
	fields = append(fields,
		zap.String("method", x.ShownMethod()),
		zap.String("transport", x.Transport),
		zap.String("addr", x.Addr.String()),
		zap.Float64("duration_ms", float64(x.Duration)/float64(time.Millisecond)),
	)
	if x.Principal != (auth.Principal{}) {
		fields = append(fields,
			zap.Stringer("session", x.Principal.Session),
			zap.String("name", x.Principal.Name),
		)
	}
	if x.Notification {
		fields = append(fields, zap.Bool("notification", true))
	}
	if c, ok := x.Answer.(Counted); ok {
		fields = append(fields, zap.Int("rows", c.Rows()), zap.Int64("count", c.Count()))
	}
	if e := x.Export; e != nil {
		fields = append(fields, zap.Int64("rows", e.Rows), zap.Int64("count", e.Count), zap.Int64("bytes", e.Bytes))
	}
	if x.Err != nil {
		fields = append(fields, zap.Int("code", x.Err.Code))
	}
	if x.Cause == nil {
		o.log.Info("request", fields...)
		return
	}
	fields = append(fields, zap.NamedError("cause", &shownError{x.Cause, x.secrets()}))
	o.log.Error("request", fields...)
}
