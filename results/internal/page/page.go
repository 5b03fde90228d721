// Package page is what the HTML pages of results share: the style, the tables, and the script that
// sorts and filters them. A page is one file that needs no other, and complete without the script.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"

	"tlslab/results/table"
)

//go:embed style.css
var style string

// Script sorts and filters every table of a page, and marks the cell that the address names.
//
//go:embed script.js
var Script string

//go:embed table.html
var tables string

// New parses the template of a page, which may use further functions. Beside those it has
//
//   - style and script: the contents of its <style> and <script>;
//   - {{template "table" (titled NAME TABLE)}}: a table that the script sorts and filters. NAME is
//     unique in the page;
//   - prose: text with units that no line break separates from their numbers;
//   - anchor: a text as part of an id.
func New(source string, further template.FuncMap) *template.Template {
	t := template.New("page").Funcs(template.FuncMap{
		"style":   func() template.CSS { return template.CSS(style) },
		"script":  func() template.JS { return template.JS(Script) },
		"titled":  func(name string, t *table.Table) titledTable { return titledTable{name, t} },
		"class":   classNames,
		"heading": heading,
		"prose":   prose,
		"order":   order,
		"anchor":  anchor,
		"column":  func(c table.Column) string { name, _, _ := strings.Cut(c.Name, " ["); return anchor(name) },
		"lastKey": lastKey,
	}).Funcs(further)
	return template.Must(template.Must(t.Parse(tables)).Parse(source))
}

// titledTable is a table and its name in the page.
type titledTable struct {
	Name string
	*table.Table
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

// Anchors are the ids of the rows: the table's name and the levels of the row's cell, as in
// "handshake/rtt=50ms/loss=1pct". A number distinguishes rows with the same levels.
func (t titledTable) Anchors() []string {
	ids := make([]string, len(t.Rows))
	seen := map[string]int{}
	for i, row := range t.Rows {
		id := anchor(t.Name)
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
	var classes []string
	for _, class := range []struct {
		name string
		has  bool
	}{{"key", c.Key}, {"num", c.Right && !c.Key}, {"free", c.Free}} {
		if class.has {
			classes = append(classes, class.name)
		}
	}
	return strings.Join(classes, " ")
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
