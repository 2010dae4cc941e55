package auth

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// createEnv makes the test binary a program that creates tokens in the file
// that the variable names, so that tests can run several processes at once.
const createEnv = "DAYBOOK_TEST_CREATE_TOKENS"

const createPerProcess = 10

func TestMain(m *testing.M) {
	if path := os.Getenv(createEnv); path != "" {
		if err := createMany(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// createMany creates tokens at path and prints their texts, a line each.
func createMany(path string) error {
	tokens, err := OpenTokens(path, time.Now)
	if err != nil {
		return err
	}
	for range createPerProcess {
		secret, _, err := tokens.Create("from a process", SessionDealer, time.Time{})
		if err != nil {
			return err
		}
		fmt.Println(secret.Reveal())
	}
	return nil
}
