package netconn

import (
	"context"
	"errors"
	"io"
	"time"
)

// Echo sends back what it receives until the peer ends its direction, ctx ends
// or nothing moves for so long.
func Echo(ctx context.Context, c *Conn, idle time.Duration) error {
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
