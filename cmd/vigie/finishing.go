package main

import (
	"context"
	"time"
)

// grace is how long what is on its way to the service may take to arrive after Ctrl-C.
const grace = 10 * time.Second

// finishing returns a context for what has begun, which ends some time after ctx. A second Ctrl-C does not wait for it.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	finish, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-finish.Done():
		}
	})
	return finish, func() { stop(); cancel() }
}
