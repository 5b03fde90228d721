package compare

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"tlslab/results/table"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"class": class}).Parse(pageSource))

// toneClass is the class of a tone in the style sheet.
var toneClass = map[table.Tone]string{table.Good: "good", table.Bad: "bad", table.Unsure: "unsure", table.Quiet: "quiet"}

func class(column table.Column, cell table.Cell) string {
	if column.Right {
		return strings.TrimSpace("num " + toneClass[cell.Tone])
	}
	return toneClass[cell.Tone]
}

type htmlSection struct {
	Title  string
	Folded bool
	Texts  []string
	Points []htmlPoint
	Tables []*table.Table
}

type htmlPoint struct {
	Text  string
	Below bool
}

// WriteHTML writes the document as one file that needs no network.
func (d *Document) WriteHTML(w io.Writer) error {
	var sections []htmlSection
	for _, s := range d.sections() {
		var points []htmlPoint
		for _, p := range s.points {
			points = append(points, htmlPoint{p.text, p.below})
		}
		sections = append(sections, htmlSection{s.title, s.folded, s.texts, points, s.tables})
	}
	return page.Execute(w, struct {
		Title, Headline string
		Facts, Warnings []string
		Sections        []htmlSection
	}{"Comparison of " + table.List(d.Inputs), d.headline(), d.Facts, d.Warnings, sections})
}
