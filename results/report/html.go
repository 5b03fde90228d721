package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"regexp"

	"tlslab/results/plot"
	"tlslab/results/table"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"inline": func(f *plot.Figure) template.HTML { return template.HTML(f.Inline()) }, // escaped
	"class":  class,
	"prose":  prose,
	"hide":   func(t *table.Table, row, column int) bool { return t.Repeats(row, column) },
}).Parse(pageSource))

// WriteHTML writes the report as one HTML file that contains its figures and style and needs no
// other file.
func (d *Document) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	if err := page.Execute(&b, d); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// unit matches a number and its unit, between which no line should break.
var unit = regexp.MustCompile(`(\d) (%|ns|µs|ms|s|B|kB|MB|GB|B/s|kB/s|MB/s|GB/s)\b|(\d) (%)`)

func prose(text string) string { return unit.ReplaceAllString(text, "$1$3\u00a0$2$4") }

var toneClasses = map[table.Tone]string{table.Good: "good", table.Bad: "bad",
	table.Unsure: "unsure", table.Quiet: "quiet"}

// class is the CSS classes of a cell.
func class(t *table.Table, row, column int) string {
	var c string
	if t.Columns[column].Right {
		c = "num"
	}
	if t.Columns[column].Key {
		c = "key"
	}
	if tone := toneClasses[t.Rows[row][column].Tone]; tone != "" {
		c += " " + tone
	}
	return c
}
