package main

import (
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"
)

// within tells whether name lies inside of folder, or is it, links resolved as
// far as there is something to resolve.
func within(folder, name string) bool {
	rel, err := filepath.Rel(resolved(folder), resolved(name))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(os.PathSeparator))
}

// isFolder reports whether name is a folder, or a link to one.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
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

// warnOfNames tells when a journal folder has files, and none that could be a day
// file: another folder is meant, or its files have another name. Nobody who only
// asks would learn it from an answer without rows.
func warnOfNames(log *zap.Logger, folder, pattern string) {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) == 0 {
		return // whoever opens it tells, or the first file is still to come
	}
	before, after, _ := strings.Cut(pattern, "{date}")
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), before); ok && strings.Contains(rest, after) {
			return
		}
	}
	fields := []zap.Field{
		zap.String("folder", resolved(folder)), zap.String("pattern", pattern),
		zap.Int("files", len(entries)), zap.String("first", entries[0].Name()),
	}
	if holdsRequests(folder) {
		fields = append(fields, zap.String("advice", "it is a journal of requests: --requests shows it"))
	}
	log.Warn("no file has the name of a day file", fields...)
}
