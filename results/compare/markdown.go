package compare

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"tlslab/results/table"
)

// mostMarkdown is the size in bytes beyond which sections are left out. GitHub's limit is 65,536
// characters; the rest is a reserve for the notes on what is left out.
const mostMarkdown = 60_000

// WriteMarkdown writes the document as a comment on a pull request: the gate and the significant
// changes first, the rest folded, what is missing listed. Folded tables are left out where the
// comment would exceed GitHub's limit of 65,536 characters.
func (d *Document) WriteMarkdown(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "**%s**\n\n", escape(d.headline()))
	for _, f := range d.Facts {
		fmt.Fprintf(&out, "%s\n\n", escape(f))
	}
	for _, warning := range d.Warnings {
		fmt.Fprintf(&out, "> **Warning.** %s\n\n", escape(warning))
	}
	for _, s := range d.sections() {
		var part bytes.Buffer
		s.markdown(&part)
		if out.Len()+part.Len() > mostMarkdown {
			fmt.Fprintf(&out, "*%s: too long for a comment. --format html has it.*\n\n", escape(s.title))
			continue
		}
		out.Write(part.Bytes())
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (s *section) markdown(out *bytes.Buffer) {
	if s.folded {
		fmt.Fprintf(out, "<details><summary>%s</summary>\n\n", escape(s.title))
	} else {
		fmt.Fprintf(out, "### %s\n\n", escape(s.title))
	}
	for _, t := range s.texts {
		fmt.Fprintf(out, "%s\n\n", escape(t))
	}
	for _, p := range s.points {
		indent := ""
		if p.below {
			indent = "  "
		}
		fmt.Fprintf(out, "%s- %s\n", indent, escape(p.text))
	}
	if len(s.points) > 0 {
		fmt.Fprintln(out)
	}
	for _, t := range s.tables {
		markdownTable(out, t)
	}
	if s.folded {
		fmt.Fprint(out, "</details>\n\n")
	}
}

func markdownTable(out *bytes.Buffer, t *table.Table) {
	if t.Title != "" {
		fmt.Fprintf(out, "**%s**\n\n", escape(t.Title))
	}
	fmt.Fprint(out, "|")
	for _, c := range t.Columns {
		fmt.Fprintf(out, " %s |", escape(c.Name))
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
			text := escape(c.Text)
			if c.Tone == table.Good || c.Tone == table.Bad {
				text = "**" + text + "**"
			}
			fmt.Fprintf(out, " %s |", text)
		}
	}
	fmt.Fprint(out, "\n\n")
	for _, n := range t.Notes {
		fmt.Fprintf(out, "%s\n\n", escape(n))
	}
}

// escape quotes what Markdown or HTML would interpret: names may contain any character. A
// zero-width space behind @ keeps GitHub from notifying somebody.
var escape = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"[", `\[`, "]", `\]`, "\n", " ", "~", `\~`, "#", `\#`, "@", "@\u200b").Replace
