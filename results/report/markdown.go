package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"tlslab/results/plot"
	"tlslab/results/table"
)

// WriteMarkdown writes the report as GitHub-flavoured Markdown. It links the figures as
// plots/NAME.svg.
func (d *Document) WriteMarkdown(w io.Writer) error {
	out := &markdown{bufio.NewWriter(w)}
	out.line("# " + table.EscapeMarkdown(d.Title))
	out.line("**" + lines(d.Answer) + "**")
	for _, w := range d.Warnings {
		out.line("> **" + table.EscapeMarkdown(w.About) + ".** " + table.EscapeMarkdown(w.Text))
	}
	out.points(d.Findings)
	out.line("*" + table.EscapeMarkdown(d.Facts) + "*")
	for _, s := range d.Sections {
		out.line("## " + table.EscapeMarkdown(s.Title))
		out.blocks(s.Blocks)
	}
	return out.Flush()
}

// markdown writes blocks with an empty line behind each.
type markdown struct{ *bufio.Writer }

func (m *markdown) line(text string) { fmt.Fprintf(m, "%s\n\n", text) }

func (m *markdown) blocks(blocks []Block) {
	for _, b := range blocks {
		switch {
		case b.Text != "":
			m.line(table.EscapeMarkdown(b.Text))
		case b.Points != nil:
			m.points(b.Points)
		case b.Table != nil:
			b.Table.Markdown(m)
		case b.Figure != nil:
			m.figure(b.Figure)
		case b.List != nil:
			m.list(b.List)
		}
	}
}

func (m *markdown) points(points []Point) {
	for _, p := range points {
		fmt.Fprintf(m, "- **%s**: %s\n", table.EscapeMarkdown(p.About), lines(p.Text))
	}
	if len(points) > 0 {
		fmt.Fprintln(m)
	}
}

func (m *markdown) list(l *List) {
	m.line("<details><summary>" + table.EscapeMarkdown(l.Title) + "</summary>")
	for _, item := range l.Items {
		fmt.Fprintf(m, "- %s\n", table.EscapeMarkdown(item))
	}
	m.line("\n</details>")
}

func (m *markdown) figure(f *plot.Figure) {
	m.line("![" + table.EscapeMarkdown(f.Title) + "](plots/" + f.Name + ".svg)")
	m.line("*" + table.EscapeMarkdown(f.Caption) + "*")
}

// lines escapes a text and keeps its line ends.
func lines(text string) string {
	all := strings.Split(text, "\n")
	for i, line := range all {
		all[i] = table.EscapeMarkdown(line)
	}
	return strings.Join(all, "<br>")
}
