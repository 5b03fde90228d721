// Package report tells what an experiment found, as a page.
//
//	summary.Summary, []plot.Figure ─► New ─► Document ─► WriteMarkdown   report.md, with the figures as files beside it
//	                                                 └─► WriteHTML       report.html, one file that needs no network
//
// The answer stands first: the scenario's question as the title, then what the numbers say to it, then the table they
// come from, the figures, and how it was done. The document is built once, as headings, paragraphs, tables and figures;
// both renderings say the same.
package report

import (
	"io"

	"tlslab/results/plot"
	"tlslab/results/summary"
)

// Document is a page as data.
type Document struct {
	Title  string
	Blocks []Block
}

// Block is one piece of a page.
type Block any

// New builds the page.
func New(s *summary.Summary, figures []plot.Figure, omitted []plot.Omitted) *Document {
	return &Document{}
}

// WriteMarkdown writes the page as Markdown. Figures are linked as plots/NAME.svg.
func (d *Document) WriteMarkdown(w io.Writer) error { return nil }

// WriteHTML writes the page as one HTML file with everything in it.
func (d *Document) WriteHTML(w io.Writer) error { return nil }
