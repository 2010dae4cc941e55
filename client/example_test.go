package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"daybook/client"
	"daybook/internal/testserver"
)

// startServer serves the journal of testdata for an example.
func startServer() *testserver.Server {
	s, err := testserver.Start(testserver.Options{Journal: "../testdata/journal", Now: today})
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// The newest errors of three days.
func Example() {
	server := startServer()
	defer server.Close()

	c, err := client.New("ws://"+server.Addr, client.Options{Token: client.StaticToken(server.Token)})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	result, err := c.GetLogsByFilter(ctx, client.FilterParams{
		Conditions: client.Conditions{
			Where:        []client.Clause{{"status", "=", "ERROR"}, {"detail", "ilike", "%margin%"}},
			WhereBetween: []client.Clause{{"timestamp", []any{"2026-11-18T00:00:00Z", "2026-11-20T23:59:59Z"}}},
		},
		Limit: 2,
	})
	if err != nil {
		log.Fatal(err)
	}
	records, err := result.Records()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range records {
		fmt.Println(r.Time.Format(time.DateTime), r.Action, r.Detail)
	}
	fmt.Println(result.Count, "in all")
	// Output:
	// 2026-11-20 23:15:49 OpenTrade Not enough margin: free 12.50 of 100.00
	// 2026-11-20 21:19:52 StopOut MARGIN level 19.9%, 3 trades closed
	// 14 in all
}

// All matches, however many, of one moment of the journal.
func ExampleClient_Records() {
	server := startServer()
	defer server.Close()
	c, err := client.New("ws://"+server.Addr, client.Options{Token: client.StaticToken(server.Token)})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	byActor := make(map[string]int)
	p := client.FilterParams{
		Conditions: client.Conditions{Where: []client.Clause{{"status", "=", "ERROR"}}},
		Limit:      25, // rows of one page
	}
	for r, err := range c.Records(context.Background(), p) {
		if err != nil {
			log.Fatal(err)
		}
		byActor[r.ActorType]++
	}
	fmt.Println(byActor)
	// Output: map[CLIENT:44 MANAGER:14 SYSTEM:14]
}

// What the server says of a condition that cannot be meant.
func ExampleError() {
	server := startServer()
	defer server.Close()
	c, err := client.New("ws://"+server.Addr, client.Options{Token: client.StaticToken(server.Token)})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	_, err = c.GetLogsByFilter(context.Background(), client.FilterParams{
		Conditions: client.Conditions{Where: []client.Clause{{"status", "~", "ERR"}}},
	})
	var refused *client.Error
	switch {
	case errors.Is(err, client.ErrNoToken):
		fmt.Println("a token is needed")
	case errors.As(err, &refused) && refused.Code == client.CodeBadParams:
		fmt.Println(refused.Data.Param, refused.Data.Reason)
		fmt.Println("one of", refused.Data.Allowed[:6], "…")
	}
	// Output:
	// where[0][1] unknown operator "~"
	// one of [= == != <> > >=] …
}

// Records as they are written, beginning with the last two.
func ExampleClient_Follow() {
	server := startServer()
	defer server.Close()
	c, err := client.New("ws://"+server.Addr, client.Options{
		Token: client.StaticToken(server.Token),
		Notify: func(change client.Change) {
			if change.Err != nil {
				log.Printf("%v; trying again in %v", change.Err, change.Wait)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	seen := 0
	for event, err := range c.Follow(context.Background(), client.SubscribeParams{
		Conditions: client.Conditions{Where: []client.Clause{{"action", "=", "StopOut"}}},
		Backfill:   2,
	}) {
		if err != nil {
			log.Fatal(err)
		}
		if event.Dropped > 0 {
			fmt.Println(event.Dropped, "records were lost: this program is too slow")
		}
		records, err := event.Records()
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range records {
			fmt.Println(r.Time.Format(time.DateTime), r.Source, r.Detail)
			seen++
		}
		// event.Cursor is where to go on after a restart of this program.
		if seen == 2 {
			break
		}
	}
	// Output:
	// 2026-11-20 21:19:52 gateway-fix MARGIN level 19.9%, 3 trades closed
	// 2026-11-21 09:01:04 scheduler MARGIN level 19.9%, 3 trades closed
}
