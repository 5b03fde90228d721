package results

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Writer writes samples.jsonl. What it writes depends on the header and the observations alone, so the same experiment
// gives the same bytes.
type Writer struct {
	w io.Writer
	h Header
	// names holds `"metric":` for every metric, ready to be copied.
	names [][]byte
	line  []byte
	// cell is the last observation's cell and prefix the line up to and including it: the next one is mostly the same.
	cell   []string
	prefix []byte
}

// NewWriter writes the header line and returns a Writer for the observations. A Header.Schema of 0 stands for Schema.
// It fails where Header.Validate does, before anything is written.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	sw, err := ResumeWriter(w, h)
	if err != nil {
		return nil, err
	}
	line, err := sw.h.line()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(line); err != nil {
		return nil, fmt.Errorf("write header: %w", err)
	}
	return sw, nil
}

// ResumeWriter returns a Writer that goes on after the whole lines of a file that already begins with this header.
func ResumeWriter(w io.Writer, h Header) (*Writer, error) {
	if h.Schema == 0 {
		h.Schema = Schema
	}
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return &Writer{w: w, h: h, names: metricKeys(&h)}, nil
}

// metricKeys returns each metric's name as a JSON object key with its colon.
func metricKeys(h *Header) [][]byte {
	keys := make([][]byte, len(h.Metrics))
	for i, m := range h.Metrics {
		keys[i] = append(appendString(nil, m.Name), ':')
	}
	return keys
}

// Write writes one observation as one line, in a single call of the underlying writer, and allocates nothing. An
// observation that does not fit the header is an error and leaves nothing behind.
func (w *Writer) Write(o *Observation) error {
	if err := w.appendLine(o); err != nil {
		return fmt.Errorf("observation %d of cell %v: %w", o.Replicate, o.Cell, err)
	}
	if _, err := w.w.Write(w.line); err != nil {
		return fmt.Errorf("write observation: %w", err)
	}
	return nil
}

func (w *Writer) appendLine(o *Observation) error {
	if err := w.setCell(o.Cell); err != nil {
		return err
	}
	if o.Replicate < 0 {
		return fmt.Errorf("negative replicate number")
	}
	if o.Outcome == "" {
		return fmt.Errorf("no outcome")
	}
	if len(o.Values) != len(w.h.Metrics) {
		return fmt.Errorf("%d values for %d metrics", len(o.Values), len(w.h.Metrics))
	}
	b := append(w.line[:0], w.prefix...)
	b = append(b, `,"replicate":`...)
	b = strconv.AppendInt(b, int64(o.Replicate), 10)
	b = append(b, `,"seed":`...)
	b = appendHex(b, o.Seed)
	b = append(b, `,"hash":`...)
	b = appendHex(b, o.Hash)
	b = append(b, `,"outcome":`...)
	b = appendString(b, o.Outcome)
	b = append(b, `,"metrics":{`...)
	first := true
	for i, v := range o.Values {
		if math.IsNaN(v) {
			continue
		}
		if math.IsInf(v, 0) {
			return fmt.Errorf("metric %q is %v: want a finite number, or NaN where it was not reached", w.h.Metrics[i].Name, v)
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, w.names[i]...)
		b = appendFloat(b, v)
	}
	w.line = append(b, "}}\n"...)
	return nil
}

// setCell makes w.prefix the beginning of a line of this cell.
func (w *Writer) setCell(cell []string) error {
	if len(w.prefix) > 0 && slices.Equal(w.cell, cell) {
		return nil
	}
	w.prefix = w.prefix[:0]
	if len(cell) != len(w.h.Factors) {
		return fmt.Errorf("%d levels for %d factors", len(cell), len(w.h.Factors))
	}
	b := append(w.prefix, `{"cell":{`...)
	for i, f := range w.h.Factors {
		if !slices.Contains(f.Levels, cell[i]) {
			return fmt.Errorf("%q is not a level of factor %q", cell[i], f.Name)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.Name)
		b = append(b, ':')
		b = appendString(b, cell[i])
	}
	w.prefix = append(b, '}')
	w.cell = append(w.cell[:0], cell...)
	return nil
}
