//go:build !unix

package logstore

import (
	"errors"
	"os"
)

// mapFile can't map files here.
func mapFile(*os.File, int64) (content []byte, release func(), err error) {
	return nil, nil, errors.ErrUnsupported
}
