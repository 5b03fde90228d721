package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"tlslab/results/internal/page"
	"tlslab/results/plot"
)

//go:embed page.html
var pageSource string

var pageTemplate = page.New(pageSource, template.FuncMap{
	"inline": func(f *plot.Figure) template.HTML { return template.HTML(f.Inline()) }, // escaped
})

// WriteHTML writes the report as one HTML file that contains its figures, style and script and
// needs no other file. The script sorts and filters tables; without it the page says the same.
func (d *Document) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, d); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
