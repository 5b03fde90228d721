// Package export writes a run's samples in formats for other programs.
package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"tlslab/results/gobench"
	"tlslab/results/samples"
	"tlslab/results/summary"
)

// formats are the functions that write each format.
var formats = []struct {
	name  string
	write func(io.Writer, *samples.Store) error
}{
	{"jsonl", writeJSONL},
	{"csv", writeCSV},
	{"parquet", samples.WriteOne},
	{"bench", writeBench},
}

// Formats are the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes all samples in a format: jsonl (the header, then one line for each replicate, with
// its seed), csv (a table), parquet (the same table in one file) or bench (Go's benchmark format).
func Write(w io.Writer, s *samples.Store, format string) error {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		out := bufio.NewWriterSize(w, 1<<16)
		if err := f.write(out, s); err != nil {
			return err
		}
		return out.Flush()
	}
	return fmt.Errorf("unknown format %q: known are %s", format, strings.Join(Formats(), ", "))
}

// writeBench writes every replicate in Go's benchmark format.
func writeBench(w io.Writer, s *samples.Store) error {
	all, err := summary.Summarize(s)
	if err != nil {
		return err
	}
	return gobench.Write(w, s, all)
}
