package export

import (
	"bufio"
	"io"

	"tlslab/results"
	"tlslab/results/summary"
)

// TableFormats are the formats of a table.
func TableFormats() []string { return []string{"csv"} }

// Table writes one of summary.Tables as CSV.
func Table(w io.Writer, src results.Source, name string) error {
	all, err := summary.Summarize(src)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := summary.WriteTable(out, all, name); err != nil {
		return err
	}
	return out.Flush()
}
