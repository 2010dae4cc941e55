//go:build !linux

package dayfile

// renameFree renames a file unless the new name is taken, which is
// fs.ErrExist.
func renameFree(from, to string) error { return renameIfFree(from, to) }
