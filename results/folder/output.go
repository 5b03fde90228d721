package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"tlslab/results/durable"
)

// output is a folder that is being written into.
type output struct {
	dir    string
	mu     sync.Mutex
	hashes map[string]string // of each file written, by name
}

// write makes one file whole or not at all, and hashes it on the way. The name is relative to the
// folder and has slashes.
func (o *output) write(name string, content func(io.Writer) error) error {
	path := filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	sum := sha256.New()
	err := durable.Write(o.dir, path, func(file io.Writer) error { return content(io.MultiWriter(file, sum)) })
	switch {
	case durable.IsFull(err):
		return fmt.Errorf("%s: the disk is full; the samples are unchanged: free space and write the report again with tlslab report: %w", path, err)
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hashes[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}
