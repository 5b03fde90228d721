package netconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"
)

// Serve accepts connections until ctx ends and gives each to handle on a
// goroutine of its own, at most limit at a time: further ones wait in the
// listener's queue. It returns once all of them have returned, as they should
// soon after ctx has ended. What goes wrong with the listener for a while, or
// with one connection beyond what handle deals with, is told to warn; it never
// ends the server.
func Serve(ctx context.Context, l net.Listener, limit int, handle func(context.Context, net.Conn), warn func(error)) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var all sync.WaitGroup
	defer all.Wait()
	free := make(chan struct{}, limit)
	for pause := time.Duration(0); ; {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		transport, err := l.Accept()
		if err != nil {
			<-free
			if pause, err = afterFailure(ctx, err, pause, warn); err != nil || ctx.Err() != nil {
				return err
			}
			continue
		}
		pause = 0
		all.Go(func() {
			defer func() { <-free }()
			defer transport.Close()
			defer survive(transport, warn)
			handle(ctx, transport)
		})
	}
}

// afterFailure waits before the listener is asked again, longer each time:
// a process that has no file descriptors left gets some back.
func afterFailure(ctx context.Context, failure error, pause time.Duration, warn func(error)) (time.Duration, error) {
	switch {
	case ctx.Err() != nil:
		return 0, nil
	case errors.Is(failure, net.ErrClosed):
		return 0, failure
	}
	pause = min(max(2*pause, 5*time.Millisecond), time.Second)
	warn(fmt.Errorf("%w; once more in %v", failure, pause))
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return pause, nil
}

// survive makes of a panic, which is a defect of ours, the end of one
// connection.
func survive(transport net.Conn, warn func(error)) {
	if p := recover(); p != nil {
		warn(fmt.Errorf("connection of %v: %v\n%s", transport.RemoteAddr(), p, debug.Stack()))
	}
}
