package compare

import (
	_ "embed"
	"io"

	"tlslab/results/internal/page"
	"tlslab/results/table"
)

//go:embed page.html
var pageSource string

var pageTemplate = page.New(pageSource, nil)

type htmlSection struct {
	Title  string
	Folded bool
	Texts  []string
	Points []htmlPoint
	Tables []htmlTable
}

type htmlPoint struct {
	Text  string
	Below bool
}

type htmlTable struct {
	Title string // "": that of its section
	Name  string // unique in the page
	Table *table.Table
}

// WriteHTML writes the document as one file that needs no network. A script sorts and filters its
// tables; without it the page says the same.
func (d *Document) WriteHTML(w io.Writer) error {
	var sections []htmlSection
	for _, s := range d.sections() {
		out := htmlSection{Title: s.title, Folded: s.folded, Texts: s.texts}
		for _, p := range s.points {
			out.Points = append(out.Points, htmlPoint{p.text, p.below})
		}
		for _, t := range s.tables {
			name := s.title
			if t.Title != "" {
				name += ", " + t.Title
			}
			out.Tables = append(out.Tables, htmlTable{t.Title, name, t})
		}
		sections = append(sections, out)
	}
	return pageTemplate.Execute(w, struct {
		Title, Headline string
		Facts, Warnings []string
		Sections        []htmlSection
	}{"Comparison of " + table.List(d.Inputs), d.headline(), d.Facts, d.Warnings, sections})
}
