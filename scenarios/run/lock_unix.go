//go:build unix

package run

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFolder keeps other runs out of a folder until the file it returns is closed, or the process ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("another run is writing to %s", dir), f.Close())
	}
	return f, nil // a file system without locks is no reason not to run
}
