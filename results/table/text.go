package table

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Style is what the output can show.
type Style struct {
	Colour bool
	Width  int // characters in a line; 0: unlimited
}

// StyleOf returns the style for a writer: colours and the terminal's width if w is a terminal, else
// plain text of 80 characters a line. There are no colours if NO_COLOR is set and not empty
// (no-color.org), or if TERM is dumb.
func StyleOf(w io.Writer) Style {
	const pipe = 80
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return Style{Width: pipe}
	}
	style := Style{Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: pipe}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		style.Width = width
	}
	return style
}

// escapes are the SGR sequences of the tones (ECMA-48 §8.3.117). Colour-blind readers can tell cyan
// from yellow, and no meaning is in the colour alone.
var escapes = map[Tone]string{Good: "\x1b[36m", Bad: "\x1b[33m", Unsure: "\x1b[35m",
	Quiet: "\x1b[2m"}

const (
	bold  = "\x1b[1m"
	reset = "\x1b[0m"
	space = 2 // between columns
)

// WriteText writes the table with aligned columns under its title. Columns with the same text in
// every row are written once, beside the title. A table that is wider than the style allows has
// another layout, and says what it leaves out.
func (t *Table) WriteText(w io.Writer, style Style) error {
	l := t.fit(style.Width)
	out := bufio.NewWriter(w)
	title := t.Title
	if len(l.once) > 0 {
		title += "  (" + strings.Join(l.once, ", ") + ")"
	}
	fmt.Fprintln(out, paint(title, bold, style))
	l.write(out, style)
	notes := append(l.note(), l.table.notes(l.shown)...)
	if len(notes) > 0 {
		fmt.Fprintln(out)
	}
	for _, n := range notes {
		for _, line := range Wrap(n, style.Width, "") {
			fmt.Fprintln(out, paint(line, escapes[Quiet], style))
		}
	}
	return out.Flush()
}

// write writes the headings and the rows.
func (l *layout) write(out *bufio.Writer, style Style) {
	t := l.table
	widths := make([]int, len(t.Columns))
	var rule []string
	for _, j := range l.shown {
		widths[j] = t.width(j)
		rule = append(rule, strings.Repeat("─", widths[j]))
	}
	gap := strings.Repeat(" ", space)
	indent := strings.Repeat(gap, 2*len(l.own))
	for _, names := range slices.Backward(l.headings(widths)) {
		var line []string
		for _, j := range l.shown {
			line = append(line, pad(names[j], widths[j], t.Columns[j].Right))
		}
		fmt.Fprintln(out, strings.TrimRight(indent+strings.Join(line, gap), " "))
	}
	fmt.Fprintln(out, indent+strings.Join(rule, gap))
	var above, own string
	for i, row := range t.Rows {
		if h := l.heading(l.above, i); h != above {
			above, own = h, ""
			writeHeading(out, h, "", style)
		}
		if h := l.heading(l.own, i); h != own {
			own = h
			writeHeading(out, h, gap, style)
		}
		var words []string
		for k, j := range l.shown {
			text := row[j].Text
			if t.Repeats(i, j) {
				text = ""
			}
			text = pad(text, widths[j], t.Columns[j].Right)
			if k == len(l.shown)-1 {
				text = strings.TrimRight(text, " ")
			}
			words = append(words, paint(text, escapes[row[j].Tone], style))
		}
		fmt.Fprintln(out, strings.TrimRight(indent+strings.Join(words, gap), " "))
	}
}

// writeHeading writes the keys of the rows that follow.
func writeHeading(out *bufio.Writer, keys, indent string, style Style) {
	for _, line := range Wrap(keys, style.Width-len(indent), strings.Repeat(" ", space)) {
		fmt.Fprintln(out, indent+paint(line, bold, style))
	}
}

func pad(text string, width int, right bool) string {
	fill := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
	if right {
		return fill + text
	}
	return text + fill
}

func paint(text, escape string, style Style) string {
	if !style.Colour || escape == "" || strings.TrimSpace(text) == "" {
		return text
	}
	return escape + text + reset
}
