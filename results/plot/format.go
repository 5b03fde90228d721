package plot

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Format is a file format of figures.
type Format string

// formats are all formats in which figures are written.
var formats = []struct {
	name  Format
	write func(Figure, io.Writer) error
}{{"svg", Figure.WriteSVG}, {"png", Figure.WritePNG}, {"pdf", Figure.WritePDF}}

// Formats returns the names of all formats: "svg", "png", "pdf".
func Formats() []Format {
	var all []Format
	for _, f := range formats {
		all = append(all, f.name)
	}
	return all
}

// ParseFormats reads a list such as "svg,png,pdf". The result is in the order of Formats and always
// contains SVG, because report.md refers to it. An error names an unknown format.
func ParseFormats(list string) ([]Format, error) {
	wanted := []Format{"svg"}
	for name := range strings.SplitSeq(list, ",") {
		name := Format(strings.TrimSpace(name))
		if !slices.Contains(Formats(), name) {
			return nil, fmt.Errorf("unknown format %q of figures: want a list of svg, png and pdf", name)
		}
		wanted = append(wanted, name)
	}
	slices.SortFunc(wanted, func(a, b Format) int {
		return cmp.Compare(slices.Index(Formats(), a), slices.Index(Formats(), b))
	})
	return slices.Compact(wanted), nil
}

// Write writes the figure in a format of Formats.
func (f Figure) Write(w io.Writer, as Format) error {
	for _, known := range formats {
		if known.name == as {
			return known.write(f, w)
		}
	}
	return fmt.Errorf("figure %s: unknown format %q", f.Name, as)
}
