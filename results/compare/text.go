package compare

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"tlslab/results/table"
	"tlslab/results/table/number"
)

// WriteText writes the document for a terminal. Of runs it leaves out what did not change.
func (d *Document) WriteText(w io.Writer, style table.Style) error {
	out := bufio.NewWriter(w)
	prose := func(text, indent string) {
		for _, line := range table.Wrap(text, style.Width, indent) {
			fmt.Fprintln(out, line)
		}
	}
	prose(d.headline(), "")
	for _, f := range d.Facts {
		prose(f, "")
	}
	for _, warning := range d.Warnings {
		prose("warning: "+warning, "")
	}
	for _, s := range d.sections() {
		if d.Benchmarks && s.title == changesTitle {
			continue // the tables of the benchmarks say it
		}
		if s.folded && !d.Benchmarks {
			fmt.Fprintln(out)
			prose(fmt.Sprintf("Not shown: %s. --format csv and json have all of them, html has the first %d.", s.hidden, mostRows), "")
			continue
		}
		fmt.Fprintf(out, "\n%s\n%s\n", s.title, strings.Repeat("═", utf8.RuneCountInString(s.title)))
		for _, t := range s.texts {
			prose(t, "")
		}
		for _, p := range s.points {
			indent := ""
			if p.below {
				indent = "  "
			}
			first, width := "- ", style.Width
			if width > 0 {
				width -= len(indent)
			}
			for _, line := range table.Wrap(first+p.text, width, indent+"  ") {
				if first != "" { // Wrap drops leading blanks
					line, first = indent+line, ""
				}
				fmt.Fprintln(out, line)
			}
		}
		if len(s.lines) > 0 {
			for i := range s.lines {
				prose("- "+d.sentence(&s.lines[i]), "  ")
			}
			continue
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

// sentence writes a line of a comparison for a terminal, which has no room for its table.
func (d *Document) sentence(l *line) string {
	c := l.change()
	text := fmt.Sprintf("%s(%s), %s: %s → %s, %s", l.table.Statistic, l.table.Metric, d.where(l),
		d.value(l.old().Value.Value, l.table.Unit), d.value(l.new().Value.Value, l.table.Unit), l.changeText())
	if c.PHolm == c.PHolm {
		text += ", p (Holm) " + number.Probability(c.PHolm)
	}
	return text
}
