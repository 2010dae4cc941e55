package reference_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"daybook/filter"
	"daybook/internal/reference"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/reference.md anew")

// TestReference fails when docs/reference.md is not what the method table says.
func TestReference(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "reference.md")
	got, err := reference.Render(discovered(t), read(t, filepath.Join("..", "..", "docs", "api.md")))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, page)), string(got)); diff != "" {
		t.Errorf("docs/reference.md is out of date (-page +method table); run with -update:\n%s", diff)
	}
}

// TestReferenceLinks wants every link of docs/reference.md to lead somewhere.
func TestReferenceLinks(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	page := string(read(t, filepath.Join(docs, "reference.md")))
	headings := map[string]string{"": page, "api.md": string(read(t, filepath.Join(docs, "api.md")))}
	links := regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`).FindAllStringSubmatch(page, -1)
	for _, m := range links {
		text, ok := headings[m[1]]
		if !ok || m[2] != "" && !strings.Contains(anchors(text), m[2]+"\n") {
			t.Errorf("the link %s%s leads nowhere", m[1], m[2])
		}
	}
	if len(links) < 100 {
		t.Errorf("%d links, want 100 or more", len(links))
	}
}

// anchors returns the fragment of every heading, one a line, as GitHub makes
// them.
func anchors(text string) string {
	var b strings.Builder
	other := regexp.MustCompile(`[^a-z0-9 _-]`)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		b.WriteString("#" + strings.ReplaceAll(other.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-") + "\n")
	}
	return b.String()
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// discovered returns the document as a client gets it, with the default limits.
func discovered(t *testing.T) []byte {
	t.Helper()
	for _, m := range rpc.Methods(nil, nil, nil, rpc.Limits{}, filter.Limits{}) {
		if m.Name != "rpc.discover" {
			continue
		}
		call, err := m.Decode(nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := call(context.Background(), &rpc.Caller{})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if _, err := answer.WriteTo(&text); err != nil {
			t.Fatal(err)
		}
		return text.Bytes()
	}
	t.Fatal("there is no rpc.discover")
	return nil
}
