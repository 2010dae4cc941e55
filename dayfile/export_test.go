package dayfile

import "os"

// WithDisk returns o with the calls replaced that fail when a disk does; nil
// leaves one as it is. A write is as write(2), which may take less than all.
func (o Options) WithDisk(write func(*os.File, []byte) (int, error), sync func(*os.File) error) Options {
	o.disk = disk{write, sync}
	return o
}

// The two ways of renaming without replacing.
var (
	RenameFree   = renameFree
	RenameIfFree = renameIfFree
)
