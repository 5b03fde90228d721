package results

import (
	"errors"
	"io"
)

// Writer writes samples.jsonl.
type Writer struct {
	w io.Writer
	h Header
}

// NewWriter writes the header line and returns a Writer for the observations. It fails where Header.Validate does.
// Header.Schema may be left 0.
func NewWriter(w io.Writer, h Header) (*Writer, error) { return nil, errors.ErrUnsupported }

// ResumeWriter returns a Writer that goes on after the whole lines of a file that already has this header.
func ResumeWriter(w io.Writer, h Header) (*Writer, error) { return nil, errors.ErrUnsupported }

// Write writes one observation as one line, in a single call of the underlying writer, and allocates nothing. It fails
// where the observation does not fit the header.
func (w *Writer) Write(o *Observation) error { return errors.ErrUnsupported }
