package compare

import (
	"bytes"
	"fmt"
	"io"

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
	fmt.Fprintf(&out, "**%s**\n\n", table.EscapeMarkdown(d.headline()))
	for _, f := range d.Facts {
		fmt.Fprintf(&out, "%s\n\n", table.EscapeMarkdown(f))
	}
	for _, warning := range d.Warnings {
		fmt.Fprintf(&out, "> **Warning.** %s\n\n", table.EscapeMarkdown(warning))
	}
	for _, s := range d.sections() {
		var part bytes.Buffer
		s.markdown(&part)
		if out.Len()+part.Len() > mostMarkdown {
			fmt.Fprintf(&out, "*%s: too long for a comment. --format html has it.*\n\n", table.EscapeMarkdown(s.title))
			continue
		}
		out.Write(part.Bytes())
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (s *section) markdown(out *bytes.Buffer) {
	if s.folded {
		fmt.Fprintf(out, "<details><summary>%s</summary>\n\n", table.EscapeMarkdown(s.title))
	} else {
		fmt.Fprintf(out, "### %s\n\n", table.EscapeMarkdown(s.title))
	}
	for _, t := range s.texts {
		fmt.Fprintf(out, "%s\n\n", table.EscapeMarkdown(t))
	}
	for _, p := range s.points {
		indent := ""
		if p.below {
			indent = "  "
		}
		fmt.Fprintf(out, "%s- %s\n", indent, table.EscapeMarkdown(p.text))
	}
	if len(s.points) > 0 {
		fmt.Fprintln(out)
	}
	for _, t := range s.tables {
		if t.Title != "" {
			fmt.Fprintf(out, "**%s**\n\n", table.EscapeMarkdown(t.Title))
		}
		t.Markdown(out)
	}
	if s.folded {
		fmt.Fprint(out, "</details>\n\n")
	}
}
