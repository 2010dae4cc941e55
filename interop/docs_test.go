package interop

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	section = regexp.MustCompile(`(?m)^## .*\(\.\./interop/([^)]+)\)`)
	block   = regexp.MustCompile("(?s)```(?:js|go)\n(.*?)```")
)

// TestDocs wants the code in docs/clients.md to stand in the test that its
// section names, and every script to have a section.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "clients.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	shown := make(map[string]bool)
	sections := section.FindAllStringSubmatchIndex(page, -1)
	for i, at := range sections {
		end := len(page)
		if i+1 < len(sections) {
			end = sections[i+1][0]
		}
		file := page[at[2]:at[3]]
		source, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		blocks := block.FindAllStringSubmatch(page[at[0]:end], -1)
		if len(blocks) == 0 {
			t.Errorf("docs/clients.md shows nothing of %s", file)
		}
		for _, b := range blocks {
			shown[filepath.Base(file)] = true
			if !strings.Contains(flush(string(source)), flush(b[1])) {
				t.Errorf("docs/clients.md shows what is not in %s:\n%s", file, b[1])
			}
		}
	}
	scripts, err := filepath.Glob(filepath.Join("clients", "*.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range append(scripts, "jrpc2_test.go") {
		if name := filepath.Base(script); name != "daybook.mjs" && !shown[name] {
			t.Errorf("docs/clients.md has no section on %s", script)
		}
	}
}

// flush returns text without indentation and blank lines.
func flush(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
