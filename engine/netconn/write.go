package netconn

import (
	"context"
	"sync"
)

// chunk is the most plaintext that is sealed before it is sent.
const chunk = 64 << 10

// outgoing lends the memory for sealed records while they are sent.
var outgoing = sync.Pool{New: func() any { return new([]byte) }}

// Write sends application data in records of Config.RecordSize, or as
// Config.RecordSizing says, with the kernel's segments where it tells them.
func (c *Conn) Write(p []byte) (n int, err error) {
	if !c.mayAnswer() {
		if err := c.Handshake(context.Background()); err != nil {
			return 0, err
		}
	}
	c.writing.Lock()
	for len(p) > 0 && err == nil {
		part := p[:min(chunk, len(p))]
		if err = c.send(part); err == nil {
			n, p = n+len(part), p[len(part):]
		}
	}
	c.writing.Unlock()
	c.settle()
	return n, c.wrap("write", err)
}

// send seals plain behind what the engine has ready and gives all of it to the
// transport. The caller holds writing.
func (c *Conn) send(plain []byte) error {
	if c.writeErr != nil {
		return c.writeErr
	}
	c.owed.Store(false)
	buffer := outgoing.Get().(*[]byte)
	defer outgoing.Put(buffer)
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

// flush sends what the engine has ready, or leaves it to whoever is writing.
func (c *Conn) flush() error {
	c.owed.Store(true)
	return c.settle()
}

// settle sends what was left to this writer. It looks again after unlocking:
// what is owed from before then was left by a reader that found it locked.
func (c *Conn) settle() error {
	var err error
	for err == nil && c.owed.Load() && c.writing.TryLock() {
		err = c.send(nil)
		c.writing.Unlock()
	}
	return err
}
