package logstore

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Each fault that the table of faults lists has a rule and tests, and each of
// these tests is one that `make test` runs.
func TestFaultsAreTested(t *testing.T) {
	text, err := os.ReadFile("../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsOf(t, "..")
	name := regexp.MustCompile("`(Test[A-Za-z0-9_]*)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if number, err := strconv.Atoi(strings.TrimSpace(cells[0])); len(cells) != 4 || err != nil {
			continue
		} else if rows++; number != rows {
			t.Errorf("row %d has number %d", rows, number)
		}
		if strings.TrimSpace(cells[2]) == "" || !name.MatchString(cells[3]) {
			t.Errorf("row %d has no rule or no test", rows)
		}
		for _, m := range name.FindAllStringSubmatch(cells[3], -1) {
			if !tests[m[1]] {
				t.Errorf("row %d: there is no test %s that is run", rows, m[1])
			}
		}
	}
	if rows != 42 {
		t.Errorf("%d rows, want 42", rows)
	}
	for _, m := range name.FindAllStringSubmatch(string(text), -1) {
		if !tests[m[1]] {
			t.Errorf("there is no test %s that is run", m[1])
		}
	}
}

// testsOf returns the names of the tests that `go test ./...` runs in dir.
func testsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	tests := make(map[string]bool)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, moduleErr := os.Stat(filepath.Join(path, "go.mod"))
			if name := entry.Name(); path != dir && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || moduleErr == nil) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		if built, err := build.Default.MatchFile(filepath.Split(path)); err != nil || !built {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				tests[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
