package folder

import (
	"io"
	"sync"
)

// counter counts the bytes of files and drops them.
type counter struct {
	mu    sync.Mutex
	sizes map[string]int64 // by name
}

func (c *counter) write(name string, content func(io.Writer) error) error {
	var n bytesWritten
	if err := content(&n); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sizes[name] = int64(n)
	return nil
}

// bytesWritten counts bytes.
type bytesWritten int64

func (n *bytesWritten) Write(p []byte) (int, error) {
	*n += bytesWritten(len(p))
	return len(p), nil
}
