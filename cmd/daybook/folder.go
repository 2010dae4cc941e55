package main

import (
	"os"
	"path/filepath"
	"strings"
)

// within tells whether name lies inside of folder, or is it, links resolved as
// far as there is something to resolve.
func within(folder, name string) bool {
	rel, err := filepath.Rel(resolved(folder), resolved(name))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(os.PathSeparator))
}

// resolved returns the absolute name without symbolic links. What does not
// exist yet is taken as it is written, below the folder that does.
func resolved(name string) string {
	name, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	rest := ""
	for at := name; ; at = filepath.Dir(at) {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, rest)
		}
		if at == filepath.Dir(at) {
			return name
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
