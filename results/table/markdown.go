package table

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes a table with its notes, without its title, in GitHub's Markdown.
func (t *Table) Markdown(out io.Writer) {
	fmt.Fprint(out, "|")
	for _, c := range t.Columns {
		fmt.Fprintf(out, " %s |", EscapeMarkdown(c.Name))
	}
	fmt.Fprint(out, "\n|")
	for _, c := range t.Columns {
		if c.Right {
			fmt.Fprint(out, "---:|")
		} else {
			fmt.Fprint(out, "---|")
		}
	}
	for _, row := range t.Rows {
		fmt.Fprint(out, "\n|")
		for _, c := range row {
			text := EscapeMarkdown(c.Text)
			if c.Tone == Good || c.Tone == Bad {
				text = "**" + text + "**"
			}
			fmt.Fprintf(out, " %s |", text)
		}
	}
	fmt.Fprint(out, "\n\n")
	for _, n := range t.AllNotes() {
		fmt.Fprintf(out, "%s\n\n", EscapeMarkdown(n))
	}
}

// EscapeMarkdown quotes what Markdown or HTML would interpret: names may contain any character. A
// zero-width space behind @ keeps GitHub from notifying somebody.
var EscapeMarkdown = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;",
	"[", `\[`, "]", `\]`, "\n", " ", "~", `\~`, "#", `\#`, "@", "@\u200b").Replace
