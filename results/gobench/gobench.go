// Package gobench writes samples in Go's benchmark format, for benchstat.
package gobench

import (
	"errors"
	"io"

	"tlslab/results"
	"tlslab/results/summary"
)

// Write writes bench.txt: unit metadata first, then a line for each replicate.
func Write(w io.Writer, f *results.File, s *summary.Summary) error { return errors.ErrUnsupported }
