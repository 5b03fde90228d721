package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"
)

// Serve accepts connections until ctx ends and calls handle for each on its own goroutine; it
// closes the connection when handle returns. At most limit connections are open; further ones wait
// in the listener's queue. Serve closes the listener when ctx ends, waits for all handles and
// returns nil: a handle should return soon after ctx has ended.
//
// Serve calls warn, from several goroutines, with each failure of Accept, after which it tries
// again, and with each panic of handle, which ends that connection only. It returns an error if the
// listener is closed before ctx ends.
func Serve(ctx context.Context, l net.Listener, limit int, handle func(context.Context, net.Conn), warn func(error)) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var handlers sync.WaitGroup
	defer handlers.Wait()
	slots := make(chan struct{}, limit)
	for pause := time.Duration(0); ; {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		transport, err := l.Accept()
		if err != nil {
			<-slots
			if pause, err = afterFailure(ctx, err, pause, warn); err != nil || ctx.Err() != nil {
				return err
			}
			continue
		}
		pause = 0
		handlers.Go(func() {
			defer func() { <-slots }()
			defer transport.Close()
			defer recoverPanic(transport, warn)
			handle(ctx, transport)
		})
	}
}

// afterFailure waits before the next Accept, twice as long as before, from 5 ms to 1 s: a process
// without free file descriptors gets some back when connections end.
func afterFailure(ctx context.Context, failure error, pause time.Duration, warn func(error)) (time.Duration, error) {
	switch {
	case ctx.Err() != nil:
		return 0, nil
	case errors.Is(failure, net.ErrClosed):
		return 0, failure
	}
	pause = min(max(2*pause, 5*time.Millisecond), time.Second)
	warn(fmt.Errorf("%w; next attempt in %v", failure, pause))
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return pause, nil
}

// recoverPanic turns a panic into a warning. A panic is a defect of ours.
func recoverPanic(transport net.Conn, warn func(error)) {
	if p := recover(); p != nil {
		warn(fmt.Errorf("connection from %v: %v\n%s", transport.RemoteAddr(), p, debug.Stack()))
	}
}
