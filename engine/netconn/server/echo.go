package server

import (
	"context"
	"errors"
	"io"
	"time"

	"tlslab/engine/netconn"
)

// Echo sends back what it receives. It returns nil when the peer sends close_notify, ctx's error
// when ctx ends, and an error when reading and writing make no progress for idle. The caller closes
// c.
func Echo(ctx context.Context, c *netconn.Conn, idle time.Duration) error {
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })()
	buf := make([]byte, 16<<10)
	for {
		if err := c.SetDeadline(time.Now().Add(idle)); err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		n, err := c.Read(buf)
		if n > 0 {
			_, err = c.Write(buf[:n])
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
