// Command requests is a shop that records its requests with package requestlog.
//
//	REQUEST_LOG_DIR=requests go run ./examples/requests
//
// daybook serve --requests shows the folder.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"daybook/requestlog"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv("REQUEST_LOG_DIR"), cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8080")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, folder, address string) error {
	requests, err := requestlog.Open(requestlog.Options{Dir: folder, KeepDays: 90, Report: func(err error) { log.Print(err) }})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", showOrder)
	server := &http.Server{Handler: requests.Middleware(mux)}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Join(err, requests.Close())
	}
	fmt.Println("http://" + listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err = <-served:
	case <-ctx.Done():
		err = server.Shutdown(context.Background()) // requests end first, and then the log
	}
	return errors.Join(err, requests.Close())
}

func showOrder(w http.ResponseWriter, r *http.Request) {
	if name, _, ok := r.BasicAuth(); ok { // a program of yours checks the password as well
		requestlog.SetUser(r.Context(), &requestlog.User{Username: name})
	}
	requestlog.SetError(r.Context(), "NO_ORDER", "there is no order "+r.PathValue("id"))
	http.Error(w, "no such order", http.StatusNotFound)
}
