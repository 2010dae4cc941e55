package auth

import (
	"encoding/json"
	"testing"
)

func TestParseSession(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want Session
		text string // what String gives; "" for no session
	}{
		{"SESSION_USER", 0, "SESSION_USER"},
		{"SESSION_MANAGER", 1, "SESSION_MANAGER"},
		{"SESSION_DEALER", 2, "SESSION_DEALER"},
		{"SESSION_ADMIN", 3, "SESSION_ADMIN"},
		{"3", 3, "SESSION_ADMIN"},
		{"0", 0, "SESSION_USER"},
		{"4", 4, "4"},
		{"-1", -1, "-1"},
		{"2147483647", 1<<31 - 1, "2147483647"},
		{"2147483648", 0, ""},
		{"", 0, ""},
		{"ADMIN", 0, ""},
		{"session_admin", 0, ""},
		{"SESSION_ADMIN ", 0, ""},
		{"+3", 0, ""},
		{"03", 0, ""},
		{"3.0", 0, ""},
		{"0x3", 0, ""},
	} {
		got, err := ParseSession(tt.in)
		if (err == nil) != (tt.text != "") || got != tt.want {
			t.Errorf("ParseSession(%q) = %d, %v; want %d, error %t", tt.in, int(got), err, int(tt.want), tt.text == "")
			continue
		}
		if err == nil && got.String() != tt.text {
			t.Errorf("ParseSession(%q).String() = %q, want %q", tt.in, got.String(), tt.text)
		}
	}
}

func TestSessionJSON(t *testing.T) {
	t.Parallel()
	for _, want := range append(Sessions(), 17, -2) {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("Marshal(%v): %v", want, err)
		}
		var got Session
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("Unmarshal(%s) = %v, %v; want %v", text, got, err, want)
		}
	}
	got := SessionDealer
	if err := json.Unmarshal([]byte(`"SESSION_ROOT"`), &got); err == nil || got != SessionDealer {
		t.Errorf("Unmarshal(SESSION_ROOT) = %v, %v; want an error and no change", got, err)
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	const none = Action(200)
	actions := []Action{Anything, ReadLogs, ReadRequestLogs, Operate, none}
	for _, tt := range []struct {
		session Session
		want    [5]bool
	}{
		{SessionUser, [5]bool{true, false, false, false, false}},
		{SessionManager, [5]bool{true, true, true, false, false}},
		{SessionDealer, [5]bool{true, true, false, false, false}},
		{SessionAdmin, [5]bool{true, true, true, true, false}},
		{4, [5]bool{true, false, false, false, false}},
		{-1, [5]bool{true, false, false, false, false}},
	} {
		for i, a := range actions {
			if got := (Principal{ID: 1, Session: tt.session}).May(a); got != tt.want[i] {
				t.Errorf("%v may %v = %t, want %t", tt.session, a, got, tt.want[i])
			}
		}
	}
	for _, a := range actions[1:] {
		if (Principal{}).May(a) {
			t.Errorf("nobody may %v", a)
		}
	}
}
