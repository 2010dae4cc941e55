package requestapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"daybook/auth"
	"daybook/logstore"
)

// A heldStore answers with a record that takes as many bytes as it says.
type heldStore struct{ bytes int }

func (s heldStore) Search(context.Context, *logstore.Request) (*logstore.Result, error) {
	return &logstore.Result{Count: 1, Rows: [][]byte{make([]byte, s.bytes)}}, nil
}

func (heldStore) Export(context.Context, *logstore.ExportRequest) (*logstore.Export, error) {
	return nil, errors.New("not asked for")
}

// A stuckWriter is a client who takes nothing until it is let go.
type stuckWriter struct {
	*httptest.ResponseRecorder
	waiting, free chan struct{}
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	select {
	case w.waiting <- struct{}{}:
	case <-w.free:
	}
	<-w.free
	return w.ResponseRecorder.Write(p)
}

// TestHeldAnswers lets no search begin while answers of too many bytes wait for
// clients who are slow.
func TestHeldAnswers(t *testing.T) {
	t.Parallel()
	const most = 2000 // bytes
	api := New(Options{Store: heldStore{most / 2}, MaxHeld: most, Principal: func(*http.Request) (auth.Principal, error) {
		return auth.Principal{Session: auth.SessionAdmin}, nil
	}})
	ask := func(w http.ResponseWriter) {
		api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, ListRoute+"/1", nil))
	}
	free := make(chan struct{})
	done := make(chan struct{})
	for range 2 {
		w := &stuckWriter{httptest.NewRecorder(), make(chan struct{}), free}
		go func() { ask(w); done <- struct{}{} }()
		<-w.waiting
	}
	refused := httptest.NewRecorder()
	if ask(refused); refused.Code != http.StatusTooManyRequests || refused.Header().Get("Retry-After") == "" {
		t.Errorf("with %d bytes held, an answer is %d, %v", most, refused.Code, refused.Header())
	}
	close(free)
	<-done
	<-done
	answered := httptest.NewRecorder()
	if ask(answered); answered.Code != http.StatusOK {
		t.Errorf("with nothing held, an answer is %d", answered.Code)
	}
}
