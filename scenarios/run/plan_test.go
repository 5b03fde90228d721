package run

import (
	"context"
	"errors"
	"testing"
)

func TestAwaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := make(chan struct{})
	defer close(never)
	if _, err := await(ctx, func() (int, error) { <-never; return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	failed := errors.New("failed")
	if n, err := await(t.Context(), func() (int, error) { return 2, failed }); n != 2 || err != failed {
		t.Errorf("got %d, %v", n, err)
	}
}
