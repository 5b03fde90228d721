// Package gobench writes samples in Go's benchmark format, so that benchstat and other readers of
// the format can compare cells of a run, and one run with another.
//
//	Unit handshake-sim-sec better=lower
//	scenario: full-vs-resumed
//
//	BenchmarkFullVsResumed/tls.kind=full/rtt=50ms 1 0.0635 handshake-sim-sec 517 bytes-up-B
//
// Each replicate is a line. Its name consists of the scenario's name and the levels of the cell, as
// /key=value of benchstat. The format cuts names at blanks and keys at slashes, and takes a
// trailing
// -8 for GOMAXPROCS: these characters are replaced. Virtual times have the unit NAME-sim-sec, so
// benchstat never averages them with measured sec/op. Values are written in base units (sec, B),
// because benchfmt's reader does not scale the unit of a value of 0.
//
// The line of a failed replicate has the metrics that it reached. A replicate that reached none has
// no line, because the format has no line without a value. Seeds are not in the file: benchstat
// would make a table for each.
package gobench

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"

	"golang.org/x/perf/benchfmt"

	"tlslab/results"
	"tlslab/results/summary"
)

// LinesPerCell returns the largest number of lines of a cell in bench.txt, for a run with this
// number of cells: 1,000 for up to 200 cells, which makes narrow intervals. For more cells it is
// 200,000 / cells, since benchstat's time and memory grow with the number of lines. It is at least
// 10, since benchstat's interval of a median needs 6 lines.
func LinesPerCell(cells int) int { return max(10, min(mostLines, allLines/max(1, cells))) }

// mostLines is the largest number of lines of a cell, allLines that of a file.
const mostLines, allLines = 1000, 200_000

// Write writes bench.txt: unit metadata, then a line for each replicate of src. s is the summary of
// all replicates, from which Write knows which exact metrics did not vary. If src has only the
// first replicates of s, the first line gives their number.
func Write(w io.Writer, src results.Source, s *summary.Summary) error {
	out := bufio.NewWriterSize(w, 1<<16)
	h := src.Header()
	writeExtent(out, src, s)
	metadata := benchfmt.NewWriter(out)
	units := make([]unit, len(h.Metrics))
	for i, m := range h.Metrics {
		units[i] = unitOf(m)
		if err := writeMetadata(metadata, m, units[i].name, constant(s, i)); err != nil {
			return err
		}
	}
	// A bufio.Writer keeps its first error until Flush.
	fmt.Fprintf(out, "scenario: %s\n\n", h.Scenario)
	names := newNames(h)
	columns := newColumns(src, units)
	for _, cell := range order(src) {
		c := &src.Cells()[cell]
		if err := columns.write(out, names.of(c.Levels), cell, c.N()); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeExtent writes a line if src has fewer replicates than the summary. benchstat ignores the
// line, because it is not in the format. A configuration line would put this file and other files
// into different tables of benchstat.
func writeExtent(out *bufio.Writer, src results.Source, s *summary.Summary) {
	most, have, all := 0, 0, 0
	for i, c := range src.Cells() {
		most, have, all = max(most, c.N()), have+c.N(), all+s.Cells[i].N
	}
	if have < all {
		fmt.Fprintf(out, "# at most the first %d replicates of each cell, %d of %d in all\n",
			most, have, all)
	}
}

// order returns the cells in the order of the lines. benchstat shows rows and columns in the order
// in which it reads them, and compares with the first column: so the baseline comes first among
// the cells that are compared, and quantities are sorted.
func order(src results.Source) []int {
	var cells [][]string
	for _, c := range src.Cells() {
		cells = append(cells, c.Levels)
	}
	return src.Header().Order(cells, true)
}

// columns are the metrics of one cell, and the texts of the last line.
type columns struct {
	readers []results.Column
	units   []unit
	values  [][]float64
	texts   []text
	line    []byte
}

// text is a value and its text. Most lines have values of the line before.
type text struct {
	value float64
	bytes []byte
}

func newColumns(src results.Source, units []unit) *columns {
	n := len(units)
	c := &columns{units: units, values: make([][]float64, n), texts: make([]text, n)}
	for i := range n {
		c.readers = append(c.readers, src.Column(i))
	}
	return c
}

// portion is the number of replicates that are read at once.
const portion = 1 << 15

// write writes a line for each of a cell's n replicates that reached any metric.
func (c *columns) write(out *bufio.Writer, name []byte, cell, n int) error {
	for from := 0; from < n; from += portion {
		rows := results.Range{From: from, To: min(n, from+portion)}
		for i, r := range c.readers {
			var err error
			if c.values[i], err = r.ReadRows(c.values[i][:0], cell, rows); err != nil {
				return err
			}
		}
		for row := range rows.Len() {
			c.writeLine(out, name, row)
		}
	}
	return nil
}

// writeLine writes the line of a replicate, unless it reached no metric.
func (c *columns) writeLine(out *bufio.Writer, name []byte, row int) {
	c.line = append(append(append(c.line[:0], "Benchmark"...), name...), " 1"...)
	before := len(c.line)
	for i := range c.values {
		if v := c.values[i][row]; !math.IsNaN(v) {
			c.line = append(c.line, c.text(i, v)...)
		}
	}
	if len(c.line) > before {
		out.Write(append(c.line, '\n'))
	}
}

// text returns " value unit" of a metric's value.
func (c *columns) text(metric int, v float64) []byte {
	t := &c.texts[metric]
	if t.bytes == nil || t.value != v {
		t.value = v
		t.bytes = appendNumber(append(t.bytes[:0], ' '), v/c.units[metric].divisor)
		t.bytes = append(append(t.bytes, ' '), c.units[metric].name...)
	}
	return t.bytes
}

// appendNumber writes a number as benchfmt.Writer does with %v, in half the time.
func appendNumber(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'g', -1, 64) }

// constant reports whether a metric had a single value in each cell. benchstat warns if a unit with
// assume=exact varies.
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
