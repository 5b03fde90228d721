//go:build unix

package run

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFolder locks a folder against other runs until the returned file is closed or the process
// ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("another run is writing to %s", dir), f.Close())
	}
	return f, nil // a run is possible on a file system without locks
}
