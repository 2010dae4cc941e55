package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWithin(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"logs", "logs/sub", "other"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "logs"), filepath.Join(dir, "other", "link")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, tt := range []struct {
		folder, name string
		want         bool
	}{
		{"logs", "logs", true},
		{"logs", "logs/record.jsonl", true},
		{"logs", "logs/sub/../record.jsonl", true},
		{"logs", "logs/new/deep/record.jsonl", true},
		{"logs", "other/link/record.jsonl", true},
		{"other/link", "logs/record.jsonl", true},
		{"logs", filepath.Join(dir, "logs", "x"), true},
		{"logs", "logs.daybook", false},
		{"logs", "record.jsonl", false},
		{"logs", "..record.jsonl", false},
		{"logs", "logs/../record.jsonl", false},
		{"logs", "/", false},
	} {
		if got := within(tt.folder, tt.name); got != tt.want {
			t.Errorf("within(%q, %q) = %v, want %v", tt.folder, tt.name, got, tt.want)
		}
	}
}
