// Command go asks Daybook and follows live rows with package client.
//
//	DAYBOOK_URL=ws://127.0.0.1:7390/rpc DAYBOOK_TOKEN=dbk_… go run ./examples/go
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"daybook/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := client.New(os.Getenv("DAYBOOK_URL"), client.Options{Token: client.StaticToken(os.Getenv("DAYBOOK_TOKEN"))})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := run(ctx, c); err != nil && !errors.Is(err, context.Canceled) {
		log.SetFlags(0)
		if ended := (*client.EndedError)(nil); errors.As(err, &ended) {
			log.Fatal("ended: ", ended.Reason)
		}
		log.Fatal(err)
	}
}

func run(ctx context.Context, c *client.Client) error {
	errs := client.Conditions{Where: []client.Clause{{"status", "=", "ERROR"}}}
	newest, err := c.GetLogsByFilter(ctx, client.FilterParams{Conditions: errs, Limit: 2})
	if err != nil {
		return err
	}
	for _, row := range newest.Rows {
		fmt.Println(row[0], row[3], row[6])
	}
	found := 0
	for _, err := range c.Records(ctx, client.FilterParams{Conditions: errs, Limit: 2}) {
		if err != nil {
			return err
		}
		found++
	}
	fmt.Println(found, "errors in pages of 2")
	_, err = c.GetLogsByFilter(ctx, client.FilterParams{Conditions: client.Conditions{Where: []client.Clause{{"status", "~", "x"}}}})
	if refused := (*client.Error)(nil); errors.As(err, &refused) {
		fmt.Println("refused:", refused.Message, refused.Code)
	}
	for event, err := range c.Follow(ctx, client.SubscribeParams{Conditions: errs, Backfill: 1}) {
		if err != nil {
			return err
		}
		for _, row := range event.Rows {
			fmt.Println("live:", row[0], row[3], row[6])
		}
	}
	return nil
}
