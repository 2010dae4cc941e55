package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which packages of this module a package may import, beside the
// standard library and other modules. A package that is not here may import
// none.
var arrows = map[string][]string{
	"daybook/cmd/daybook":      {"daybook/rpc", "daybook/requestapi", "daybook/requestlog", "daybook/logstore", "daybook/auth", "daybook/filter", "daybook/dayfile", "daybook/client", "daybook/internal/generate", "daybook/internal/stall", "daybook/export"},
	"daybook/rpc":              {"daybook/requestlog", "daybook/logstore", "daybook/filter", "daybook/auth", "daybook/internal/mask", "daybook/internal/quote", "daybook/internal/stall", "daybook/export"},
	"daybook/export":           {"daybook/filter", "daybook/internal/quote", "daybook/internal/stall"},
	"daybook/logstore":         {"daybook/logstore/segment", "daybook/filter", "daybook/filter/bytescan"},
	"daybook/logstore/segment": {"daybook/filter", "daybook/filter/bytescan"},
	"daybook/requestapi":       {"daybook/requestlog", "daybook/logstore", "daybook/auth", "daybook/filter", "daybook/internal/mask", "daybook/internal/quote", "daybook/internal/stall", "daybook/export"},
	"daybook/requestlog":       {"daybook/internal/quote", "daybook/logstore", "daybook/filter", "daybook/dayfile", "daybook/internal/mask"},
	"daybook/filter":           {"daybook/filter/bytescan"},

	"daybook/examples/go":         {"daybook/client"},
	"daybook/examples/requests":   {"daybook/requestlog"},
	"daybook/internal/testserver": {"daybook/rpc", "daybook/logstore", "daybook/filter", "daybook/auth"},
}

// testOnly are modules that only tests may use; go-cmp says of itself that it
// may panic.
var testOnly = []string{
	"testing", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "pgregory.net/rapid", "github.com/santhosh-tekuri/jsonschema",
}

// TestImports holds the packages to the arrows of the design. Tests outside of
// their package (package x_test) may import anything.
func TestImports(t *testing.T) {
	for _, pkg := range listPackages(t) {
		for _, imported := range pkg.Imports {
			if strings.HasPrefix(imported, "daybook/") && !slices.Contains(arrows[pkg.ImportPath], imported) {
				t.Errorf("%s imports %s; it may import %v", pkg.ImportPath, imported, arrows[pkg.ImportPath])
			}
			for _, module := range testOnly {
				within := imported == module || strings.HasPrefix(imported, module+"/")
				if within && !strings.HasPrefix(pkg.ImportPath, "daybook/internal/") {
					t.Errorf("%s imports %s, which is for tests only", pkg.ImportPath, imported)
				}
			}
		}
	}
}

type listedPackage struct {
	ImportPath string
	Imports    []string
}

// listPackages asks the go command for the packages of this module.
func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "daybook/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg listedPackage
		err := dec.Decode(&pkg)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, pkg)
	}
	if len(packages) < len(arrows) {
		t.Fatalf("go list names %d packages, want at least %d", len(packages), len(arrows))
	}
	return packages
}
