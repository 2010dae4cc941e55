package requestlog_test

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"daybook/requestlog"
)

// A shop records its requests; each is one line of the file of the day.
func ExampleLog_Middleware() {
	dir, err := os.MkdirTemp("", "requests")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	requests, err := requestlog.Open(requestlog.Options{Dir: dir, KeepDays: 90})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		requestlog.SetUser(r.Context(), &requestlog.User{Username: "ann"})
		requestlog.SetError(r.Context(), "NO_ORDER", "there is no order "+r.PathValue("id"))
		http.Error(w, "no such order", http.StatusNotFound)
	})
	server := httptest.NewServer(requests.Middleware(mux))
	answer, err := http.Get(server.URL + "/orders/17?token=Jx7-very-secret")
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	server.Close()
	if err := requests.Close(); err != nil { // which writes what waits
		log.Fatal(err)
	}

	files, err := filepath.Glob(filepath.Join(dir, "requests-*.jsonl"))
	if err != nil || len(files) == 0 {
		log.Fatal("no file of the day: ", err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		log.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		r, err := requestlog.ParseLine(line)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.User.Username, *r.Method, *r.Endpoint, string(r.QueryParams), *r.StatusCode, *r.ExceptionType)
	}
	// Output: ann GET /orders/{id} {"token":"***"} 404 NO_ORDER
}
