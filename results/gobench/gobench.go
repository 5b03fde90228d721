// Package gobench writes samples in Go's benchmark format, so that benchstat and everything else that reads it can
// compare cells, and runs with runs.
//
//	Unit handshake-sim-sec better=lower
//	scenario: full-vs-resumed
//
//	BenchmarkFullVsResumed/tls.kind=full/link.delay=25ms 1 0.0635 handshake-sim-sec 1234 bytes-up-B …
//
// Each replicate is a line. Its name is the scenario's and the levels of its cell, as benchstat's /key=value; the
// format takes a trailing -8 for GOMAXPROCS, cuts names at blanks and keys at slashes, so such characters are replaced.
// Times are seconds under units of their own: benchstat then never averages them with measured sec/op. Values are in
// base units already (sec, B), since a reader leaves a zero's unit unscaled.
//
// A failed replicate's line has what it reached; one that reached nothing has no line, the format having no way to say
// it. Seeds are not in the file: benchstat would make a table of each.
package gobench

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"golang.org/x/perf/benchfmt"

	"tlslab/results"
	"tlslab/results/summary"
)

// Write writes bench.txt: unit metadata first, then a line for each replicate, those of baselines before the
// others, else in the order of the file. s is the summary of f; it tells which exact metrics were exact indeed.
func Write(w io.Writer, f *results.File, s *summary.Summary) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	out := benchfmt.NewWriter(buffered)
	units := make([]unit, len(f.Header.Metrics))
	for i, m := range f.Header.Metrics {
		units[i] = unitOf(m)
		if err := writeMetadata(out, m, units[i].name, constant(s, i)); err != nil {
			return err
		}
	}
	line := benchfmt.Result{
		Config: []benchfmt.Config{{Key: "scenario", Value: []byte(f.Header.Scenario), File: true}},
		Iters:  1,
	}
	names := newNames(&f.Header)
	for _, takes := range turns(&f.Header) {
		err := f.Each(func(o *results.Observation) error {
			if !takes(o.Cell) {
				return nil
			}
			line.Name = names.of(o.Cell)
			line.Values = line.Values[:0]
			for i, v := range o.Values {
				if !math.IsNaN(v) {
					line.Values = append(line.Values, benchfmt.Value{Value: v / units[i].divisor, Unit: units[i].name})
				}
			}
			if len(line.Values) == 0 {
				return nil
			}
			return out.Write(&line)
		})
		if err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// turns are the readings of the file and the cells that each takes. benchstat compares with the column that it meets
// first, so the baseline goes first.
func turns(h *results.Header) []func(cell []string) bool {
	every := func([]string) bool { return true }
	if h.Compare == nil {
		return []func([]string) bool{every}
	}
	compared := h.Factor(h.Compare.Factor)
	if h.Factors[compared].Levels[0] == h.Compare.Baseline { // in the order of the file it is the first already
		return []func([]string) bool{every}
	}
	baseline := func(cell []string) bool { return cell[compared] == h.Compare.Baseline }
	return []func([]string) bool{baseline, func(cell []string) bool { return !baseline(cell) }}
}

// constant reports whether a metric had a single value in each cell. benchstat warns of an exact unit that had not.
func constant(s *summary.Summary, metric int) bool {
	for cell := range s.Cells {
		if row := s.Row(cell, metric); row.Reached > 0 && !row.Constant() {
			return false
		}
	}
	return true
}

func writeMetadata(out *benchfmt.Writer, m results.Metric, unit string, constant bool) error {
	var entries [][2]string
	if m.Better < 0 {
		entries = append(entries, [2]string{"better", "lower"})
	}
	if m.Better > 0 {
		entries = append(entries, [2]string{"better", "higher"})
	}
	if m.Exact && constant {
		entries = append(entries, [2]string{"assume", "exact"})
	}
	for _, e := range entries {
		record := &benchfmt.UnitMetadata{
			UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: unit, Key: e[0]},
			OrigUnit:        unit,
			Value:           e[1],
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("unit %s: %w", unit, err)
		}
	}
	return nil
}
