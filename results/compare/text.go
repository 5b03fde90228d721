package compare

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"tlslab/results/table"
)

// WriteText writes the document for a terminal. Of runs it leaves out what did not change.
func (d *Document) WriteText(w io.Writer, style table.Style) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, d.headline())
	for _, f := range d.Facts {
		fmt.Fprintln(out, f)
	}
	for _, warning := range d.Warnings {
		fmt.Fprintln(out, "warning: "+warning)
	}
	for _, s := range d.sections() {
		if d.Benchmarks && s.title == changesTitle {
			continue // the tables of the benchmarks say it
		}
		if s.folded && !d.Benchmarks {
			n := 0
			for _, t := range s.tables {
				n += len(t.Rows)
			}
			fmt.Fprintf(out, "\n%s: see --format html, csv or json.\n", s.title)
			continue
		}
		fmt.Fprintf(out, "\n%s\n%s\n", s.title, strings.Repeat("═", len([]rune(s.title))))
		for _, t := range s.texts {
			fmt.Fprintln(out, t)
		}
		for _, p := range s.points {
			fmt.Fprintln(out, "- "+p)
		}
		for i, t := range s.tables {
			if i > 0 {
				fmt.Fprintln(out)
			}
			if err := t.WriteText(out, style); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
