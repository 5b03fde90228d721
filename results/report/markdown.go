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
	out.line("# " + escape(d.Title))
	out.line("**" + lines(d.Answer) + "**")
	for _, w := range d.Warnings {
		out.line("> **" + escape(w.About) + ".** " + escape(w.Text))
	}
	out.points(d.Findings)
	out.line("*" + escape(d.Facts) + "*")
	for _, s := range d.Sections {
		out.line("## " + escape(s.Title))
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
			m.line(escape(b.Text))
		case b.Points != nil:
			m.points(b.Points)
		case b.Table != nil:
			m.table(b.Table)
		case b.Figure != nil:
			m.figure(b.Figure)
		case b.List != nil:
			m.list(b.List)
		}
	}
}

func (m *markdown) points(points []Point) {
	for _, p := range points {
		fmt.Fprintf(m, "- **%s**: %s\n", escape(p.About), lines(p.Text))
	}
	if len(points) > 0 {
		fmt.Fprintln(m)
	}
}

func (m *markdown) list(l *List) {
	m.line("<details><summary>" + escape(l.Title) + "</summary>")
	for _, item := range l.Items {
		fmt.Fprintf(m, "- %s\n", escape(item))
	}
	m.line("\n</details>")
}

func (m *markdown) table(t *table.Table) {
	fmt.Fprint(m, "|")
	for _, c := range t.Columns {
		fmt.Fprintf(m, " %s |", escape(c.Name))
	}
	fmt.Fprint(m, "\n|")
	for _, c := range t.Columns {
		if c.Right {
			fmt.Fprint(m, "---:|")
		} else {
			fmt.Fprint(m, "---|")
		}
	}
	for _, row := range t.Rows {
		fmt.Fprint(m, "\n|")
		for _, c := range row {
			text := escape(c.Text)
			if c.Tone == table.Good || c.Tone == table.Bad {
				text = "**" + text + "**"
			}
			fmt.Fprintf(m, " %s |", text)
		}
	}
	fmt.Fprint(m, "\n\n")
	for _, n := range t.Notes {
		m.line(escape(n))
	}
}

func (m *markdown) figure(f *plot.Figure) {
	m.line("![" + escape(f.Title) + "](plots/" + f.Name + ".svg)")
	m.line("*" + escape(f.Caption) + "*")
}

// lines escapes a text and keeps its line ends.
func lines(text string) string {
	all := strings.Split(text, "\n")
	for i, line := range all {
		all[i] = escape(line)
	}
	return strings.Join(all, "<br>")
}

// escape quotes what Markdown or HTML would interpret: names and levels may contain any character.
var escape = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "\n", " ", "~", `\~`).Replace
