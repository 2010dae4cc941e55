package interop

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestLock wants exact versions, and of each package a hash and no address: where
// packages come from is for the machine to say.
func TestLock(t *testing.T) {
	var manifest struct {
		Dependencies, DevDependencies map[string]string
	}
	var lock struct {
		Packages map[string]struct {
			Version, Resolved, Integrity string
		}
	}
	for file, v := range map[string]any{"package.json": &manifest, "package-lock.json": &lock} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, v); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	if len(manifest.Dependencies) > 0 {
		t.Errorf("%v are no devDependencies", manifest.Dependencies)
	}
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for name, version := range manifest.DevDependencies {
		if !exact.MatchString(version) {
			t.Errorf("package.json has %s %s, want one version", name, version)
		}
		if got := lock.Packages["node_modules/"+name].Version; got != version {
			t.Errorf("package-lock.json has %s %s, package.json %s", name, got, version)
		}
	}
	for name, p := range lock.Packages {
		if name != "" && (!strings.HasPrefix(p.Integrity, "sha512-") || p.Resolved != "") {
			t.Errorf("package-lock.json has %s with the hash %q and the address %q, want a hash only", name, p.Integrity, p.Resolved)
		}
	}
	if len(lock.Packages) < 20 {
		t.Errorf("package-lock.json has %d packages, want 20 or more", len(lock.Packages))
	}
}
