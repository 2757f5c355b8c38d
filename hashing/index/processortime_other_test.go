//go:build !linux

package index_test

import "time"

var began = time.Now()

// processorTime is wall time where it is not measured.
func processorTime() float64 { return time.Since(began).Seconds() }
