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
// plain text of 100 characters a line. There are no colours if NO_COLOR is set and not empty
// (no-color.org), or if TERM is dumb.
func StyleOf(w io.Writer) Style {
	const pipe = 100
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
// every row are printed once, beside the title. If the table is still wider than the style allows,
// spare columns are left out.
func (t *Table) WriteText(w io.Writer, style Style) error {
	shown, once := t.selectColumns(style.Width)
	widths := t.widths()
	out := bufio.NewWriter(w)
	title := t.Title
	if len(once) > 0 {
		title += "  (" + strings.Join(once, ", ") + ")"
	}
	fmt.Fprintln(out, paint(title, bold, style))
	var heading, line []string
	for _, j := range shown {
		heading = append(heading, pad(t.Columns[j].Name, widths[j], t.Columns[j].Right))
		line = append(line, strings.Repeat("─", widths[j]))
	}
	gap := strings.Repeat(" ", space)
	fmt.Fprintln(out, strings.TrimRight(strings.Join(heading, gap), " "))
	fmt.Fprintln(out, strings.Join(line, gap))
	for i, row := range t.Rows {
		var words []string
		for k, j := range shown {
			text := row[j].Text
			if t.Repeats(i, j) {
				text = ""
			}
			text = pad(text, widths[j], t.Columns[j].Right)
			if k == len(shown)-1 {
				text = strings.TrimRight(text, " ")
			}
			words = append(words, paint(text, escapes[row[j].Tone], style))
		}
		fmt.Fprintln(out, strings.TrimRight(strings.Join(words, gap), " "))
	}
	for _, n := range t.Notes {
		for _, line := range wrap(n, style.Width) {
			fmt.Fprintln(out, paint(line, escapes[Quiet], style))
		}
	}
	return out.Flush()
}

// selectColumns returns the columns to show, and the texts of the columns that are printed once.
func (t *Table) selectColumns(room int) (shown []int, once []string) {
	for j, c := range t.Columns {
		if (c.Key || c.Once) && len(t.Rows) > 1 && t.constant(j) {
			once = append(once, c.Name+" "+t.Rows[0][j].Text)
			continue
		}
		shown = append(shown, j)
	}
	widths := t.widths()
	for room > 0 {
		total, first := -space, -1
		for _, j := range shown {
			total += widths[j] + space
			if t.Columns[j].Spare > 0 &&
				(first < 0 || t.Columns[j].Spare > t.Columns[first].Spare) {
				first = j
			}
		}
		if total <= room || first < 0 {
			break
		}
		shown = slices.DeleteFunc(shown, func(j int) bool { return j == first })
	}
	return shown, once
}

// widths are the widths of the columns in characters.
func (t *Table) widths() []int {
	widths := make([]int, len(t.Columns))
	for j, c := range t.Columns {
		widths[j] = utf8.RuneCountInString(c.Name)
		for _, row := range t.Rows {
			widths[j] = max(widths[j], utf8.RuneCountInString(row[j].Text))
		}
	}
	return widths
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

// wrap breaks a text at spaces into lines of at most the given width. It does not break between a
// number and the percent sign.
func wrap(text string, width int) []string {
	var words []string
	for _, word := range strings.Fields(text) {
		if n := len(words); n > 0 && strings.HasPrefix(word, "%") {
			words[n-1] += " " + word
			continue
		}
		words = append(words, word)
	}
	var lines []string
	line := ""
	for _, word := range words {
		if line != "" && width > 0 &&
			utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
