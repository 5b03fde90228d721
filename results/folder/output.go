package folder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// output is a folder that is being written into.
type output struct {
	dir   string
	mu    sync.Mutex
	files []string
}

// write makes one file whole or not at all: under a temporary name in the same folder, then renamed. The name is
// relative to the folder and has slashes.
func (o *output) write(name string, content func(io.Writer) error) error {
	path := filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	err := create(temporary, content)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			return fmt.Errorf("%s: the disk is full; %s is untouched: make room and make the report again: %w", path, Samples, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files = append(o.files, name)
	return nil
}

func create(path string, content func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := content(file); err != nil {
		file.Close()
		return err
	}
	return file.Close() // the last chance of a full disk to be heard of
}
