package netconn

import (
	"context"
	"sync"
)

// maxChunk is the plaintext in bytes that Write seals and sends at a time.
const maxChunk = 64 << 10

// sendBuffers are buffers for sealed records, as *[]byte.
var sendBuffers = sync.Pool{New: func() any { return new([]byte) }}

// Write sends application data. Config.RecordSizing or Config.RecordSize determines the records;
// the segment size is the kernel's (TCP_MAXSEG) on Linux.
func (c *Conn) Write(p []byte) (n int, err error) {
	if !c.mayWriteEarly() {
		if err := c.Handshake(context.Background()); err != nil {
			return 0, err
		}
	}
	c.writing.Lock()
	for len(p) > 0 && err == nil {
		part := p[:min(maxChunk, len(p))]
		if err = c.send(part); err == nil {
			n, p = n+len(part), p[len(part):]
		}
	}
	c.writing.Unlock()
	c.sendPending()
	return n, c.wrap("write", err)
}

// send writes what the engine has ready, followed by the records of plain, to the transport. The
// caller holds writing.
func (c *Conn) send(plain []byte) error {
	if c.writeErr != nil {
		return c.writeErr
	}
	c.pending.Store(false)
	buffer := sendBuffers.Get().(*[]byte)
	defer sendBuffers.Put(buffer)
	c.mu.Lock()
	out := c.tls.Flush((*buffer)[:0])
	var err error
	if len(plain) > 0 {
		out, err = c.tls.Seal(out, plain)
	}
	c.mu.Unlock()
	*buffer = out[:0]
	if len(out) > 0 {
		var n int
		n, c.writeErr = c.transport.Write(out)
		c.sent.Add(int64(n))
	}
	if err != nil {
		return err
	}
	return c.writeErr
}

// flush sends what the engine has ready, or leaves that to the goroutine that holds writing.
func (c *Conn) flush() error {
	c.pending.Store(true)
	return c.sendPending()
}

// sendPending sends while bytes are pending and no other goroutine holds writing. It checks again
// after unlocking: a reader that found writing locked has only set pending.
func (c *Conn) sendPending() error {
	var err error
	for err == nil && c.pending.Load() && c.writing.TryLock() {
		err = c.send(nil)
		c.writing.Unlock()
	}
	return err
}
