package rpc

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"daybook/auth"

	"go.uber.org/zap"
)

// A job is one item of a message on its way to its answer: it is checked, in
// the order of precedence that the contract fixes, waits its turn, runs, and
// is answered exactly once.
type job struct {
	*envelope
	lane    *lane
	reply   *reply
	method  *Method // nil if there is no such method
	arrived time.Time
	ctx     context.Context // ends with the lane, or by $/cancelRequest
	cancel  context.CancelCauseFunc

	after     <-chan struct{} // closed when the effects of what was sent before are there; nil: no wait
	asked     func()          // says that the job knows who asks; nil if it has effects
	asking    *sync.WaitGroup // of the jobs that must know that before this one has effects; nil if it has none
	principal auth.Principal  // who asks; zero if nobody is recognised
	answered  atomic.Bool
	ended     chan struct{} // closed when the job has left the lane
}

// run takes the job through its life. It returns when the reply has been
// handed over, if this was the last job it waited for.
func (j *job) run() {
	defer func() {
		j.cancel(nil)
		j.lane.dismiss(j)
		close(j.ended)
	}()
	call, err := j.check()
	if err != nil || call == nil {
		j.complete(j.ctx, nil, err)
		return
	}
	// The turn lasts until the answer is handed over, so that a client that
	// reads slowly has few answers in memory.
	release, err := j.turn()
	if err != nil {
		j.complete(j.ctx, nil, err)
		return
	}
	defer release()
	j.execute(call)
}

// check returns the call that the job asks for; nil for a notification that
// would have nobody to answer to.
func (j *job) check() (call Call, err error) {
	defer recovered(&err)
	refusal, err := j.identify()
	switch {
	case err != nil:
		return nil, err
	case j.fault != nil:
		return nil, j.fault
	case j.method == nil:
		return nil, errNoMethod(j.envelope.method, "")
	case j.method.Push && j.lane.peer.push == nil:
		return nil, errNoMethod(j.envelope.method, "needs WebSocket or TCP")
	case j.method.Action == auth.Anything:
	case refusal != nil:
		return nil, refusal
	case !j.principal.May(j.method.needs(j.params)):
		return nil, errNoRights(fmt.Sprintf("%v may not %v", j.principal.Session, j.method.needs(j.params)))
	}
	call, err = j.method.Decode(j.params)
	if err == nil && j.notification() && j.method.Query {
		return nil, nil
	}
	return call, err
}

// identify finds out who asks, in the order in which requests were sent: after
// what was sent before has had its effects, and before what is sent later has.
// The refusal is the error of a request that needs somebody.
func (j *job) identify() (refusal, err error) {
	if j.asked != nil {
		defer j.asked()
	}
	if err := await(j.ctx, j.after); err != nil {
		return nil, err
	}
	if j.token != "" {
		j.principal, refusal = j.lane.peer.prove(j.token)
	} else {
		j.principal, refusal = j.lane.peer.principal()
	}
	if j.asking != nil {
		j.asking.Wait() // they wait for no more than this job has
	}
	return refusal, nil
}

// turn waits until the job may start: until the batch before it is sent, the
// connection has a place for one more call, and the peer has read enough of
// the answers before. How long that takes is up to the client.
func (j *job) turn() (release func(), err error) {
	if j.lane.closing.Load() {
		return nil, errTooFrequent("the server is shutting down", j.lane.server.limits.Retry)
	}
	if err := await(j.ctx, j.reply.before); err != nil {
		return nil, err
	}
	select {
	case j.lane.running <- struct{}{}:
	case <-j.ctx.Done():
		return nil, context.Cause(j.ctx)
	}
	release = func() { <-j.lane.running }
	if j.lane.ready != nil {
		if err := j.lane.ready(j.ctx); err != nil {
			release()
			return nil, err
		}
	}
	return release, nil
}

// execute runs call within its time, and answers.
func (j *job) execute(call Call) {
	s := j.lane.server
	ctx, stop := context.WithTimeout(j.ctx, s.limits.Request)
	defer stop()
	if err := s.budget.wait(ctx); err != nil {
		j.complete(ctx, nil, err)
		return
	}
	defer context.AfterFunc(ctx, func() { j.abandon(ctx) })()
	answer, err := j.invoke(ctx, call)
	if isRefusal(err) {
		err = s.countFailure(j.lane.peer.addr, err)
	}
	j.complete(ctx, answer, err)
}

// invoke calls call; a panic becomes an error.
func (j *job) invoke(ctx context.Context, call Call) (answer Answer, err error) {
	defer recovered(&err)
	s, p := j.lane.server, j.lane.peer
	answer, err = call(ctx, &Caller{
		Principal: j.principal,
		Addr:      p.addr,
		Transport: p.transport,
		Encoding:  j.dialect.encoding(),
		Session:   p.session,
		push:      p.push,
		events:    s.events[j.dialect],
		principal: j.asker(),
	})
	if err == nil && answer != nil && j.dialect.encoding() == ASCII {
		answer, err = inASCII(answer)
	}
	return answer, err
}

// asker returns the function that tells at any later moment who asked.
func (j *job) asker() func() (auth.Principal, error) {
	if token := j.token; token != "" {
		return func() (auth.Principal, error) { return j.lane.server.tokens.Check(token) }
	}
	return j.lane.peer.principal
}

// abandon answers for a call that goes on although its context has ended: a
// disk may hang, the client need not. The call keeps its place until it ends.
func (j *job) abandon(ctx context.Context) {
	late := time.NewTimer(j.lane.server.limits.Overrun)
	defer late.Stop()
	select {
	case <-j.ended:
	case <-late.C:
		if j.complete(ctx, nil, context.Cause(ctx)) {
			j.lane.server.log.Warn("call goes on after its end", zap.String("method", j.envelope.method))
		}
	}
}

// complete answers the job with the result, or the error when there is one,
// and tells the observers. Only the first call counts; it returns true.
func (j *job) complete(ctx context.Context, answer Answer, err error) bool {
	if !j.answered.CompareAndSwap(false, true) {
		if a, ok := answer.(Awaiting); ok {
			a.Answered(false) // it came too late
		}
		return false
	}
	s := j.lane.server
	x := j.exchange()
	if err != nil {
		x.Err, x.Cause = s.tell(ctx, err)
	}
	if !j.notification() {
		if x.Err == nil {
			x.Answer = answer
			x.Err = j.reply.add(j.dialect.resultResponse(j.id, answer))
			if a, ok := answer.(Awaiting); ok && x.Err != nil {
				a.Answered(false)
			}
		} else {
			j.reply.add(j.dialect.errorResponse(j.id, x.Err))
		}
		if x.Err != nil {
			x.Answer = nil
		}
	}
	s.observe(x)
	j.reply.end()
	return true
}

// exchange returns what observers see of the job, still without its outcome.
func (j *job) exchange() *Exchange {
	return &Exchange{
		Started:      j.arrived,
		Duration:     time.Since(j.arrived),
		Transport:    j.lane.peer.transport,
		Addr:         j.lane.peer.addr,
		Via:          j.lane.peer.via,
		Principal:    j.principal,
		Offered:      j.lane.peer.remembered(),
		Method:       j.envelope.method,
		Known:        j.method != nil || j.envelope.method == cancelMethod,
		Notification: j.notification(),
		Platform:     j.dialect == platform,
		Request:      j.raw,
		id:           j.id,
	}
}

// await waits for done, which may be nil for nothing to wait for, and returns
// the cause when ctx ends first.
func await(ctx context.Context, done <-chan struct{}) error {
	if done == nil {
		return nil
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// observe tells every observer of x. That one of them panics is no reason to
// fail the request.
func (s *Server) observe(x *Exchange) {
	for _, o := range s.observers {
		var err error
		func() {
			defer recovered(&err)
			o.Observe(x)
		}()
		if err != nil {
			s.log.Error("observer failed", zap.Error(err))
		}
	}
}
