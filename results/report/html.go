package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"tlslab/results/plot"
	"tlslab/results/table"
)

//go:embed page.html
var pageSource string

//go:embed page.js
var pageScript string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"inline":  func(f *plot.Figure) template.HTML { return template.HTML(f.Inline()) }, // escaped
	"script":  func() template.JS { return template.JS(pageScript) },
	"class":   classNames,
	"heading": heading,
	"prose":   prose,
	"order":   order,
	"anchor":  anchor,
	"column":  func(c table.Column) string { name, _, _ := strings.Cut(c.Name, " ["); return anchor(name) },
	"anchors": anchors,
	"lastKey": lastKey,
}).Parse(pageSource))

// WriteHTML writes the report as one HTML file that contains its figures, style and script and
// needs no other file. The script sorts and filters tables; without it the page says the same.
func (d *Document) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	if err := page.Execute(&b, d); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// anchor is a text as part of an element's id: letters, digits and ". = -", so that an address with
// it needs no escapes.
func anchor(text string) string {
	var b strings.Builder
	for _, r := range strings.NewReplacer("%", "pct", "µ", "u").Replace(text) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.':
			b.WriteRune(r)
		default:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// anchors are the ids of the rows: the table's title and the levels of the row's cell, as in
// "handshake/rtt=50ms/loss=1pct". A number distinguishes rows with the same levels.
func anchors(t *table.Table) []string {
	ids := make([]string, len(t.Rows))
	seen := map[string]int{}
	for i, row := range t.Rows {
		id := anchor(t.Title)
		for j, c := range t.Columns {
			if c.Key {
				id += "/" + anchor(c.Name) + "=" + anchor(row[j].Text)
			}
		}
		if seen[id]++; seen[id] > 1 {
			id += fmt.Sprintf("/%d", seen[id])
		}
		ids[i] = id
	}
	return ids
}

// lastKey reports whether a column is the last of the keys.
func lastKey(t *table.Table, column int) bool {
	return t.Columns[column].Key && (column+1 == len(t.Columns) || !t.Columns[column+1].Key)
}

// order is the attribute by which the script sorts rows. Without it the order is 0.
func order(c table.Cell) template.HTMLAttr {
	switch {
	case c.Order == 0:
		return ""
	case math.IsNaN(c.Order):
		return ` data-order=""`
	case math.IsInf(c.Order, 0):
		return template.HTMLAttr(fmt.Sprintf(` data-order="%vInfinity"`, sign(c.Order)))
	}
	return template.HTMLAttr(` data-order="` + strconv.FormatFloat(c.Order, 'g', -1, 64) + `"`)
}

func sign(v float64) string {
	if v < 0 {
		return "-"
	}
	return ""
}

// unit matches a number and its unit or relation, between which no line should break.
var unit = regexp.MustCompile(`([≤≥±]) |(\d) (%|ns|µs|ms|s|B|kB|MB|GB|B/s|kB/s|MB/s|GB/s)\b|(\d) (%)`)

func prose(text string) string { return unit.ReplaceAllString(text, "$1$2$4\u00a0$3$5") }

var toneClasses = map[table.Tone]string{table.Good: "good", table.Bad: "bad",
	table.Unsure: "unsure", table.Quiet: "quiet"}

// heading is the CSS classes of a column's heading.
func heading(c table.Column) string {
	switch {
	case c.Key:
		return "key"
	case c.Right:
		return "num"
	}
	return ""
}

// classNames are the CSS classes of a cell.
func classNames(t *table.Table, row, column int) string {
	c := heading(t.Columns[column])
	if tone := toneClasses[t.Rows[row][column].Tone]; tone != "" {
		c = strings.TrimSpace(c + " " + tone)
	}
	if t.Repeats(row, column) {
		c += " again"
	}
	return c
}
