// Package report writes a report of what an experiment found.
//
//	summary.Summary, []plot.Figure ─► New ─► Document ─► WriteMarkdown   report.md, links to plots/
//	                                                 └─► WriteHTML       report.html, one file
//
// The order of a report:
//
//	the scenario's question
//	the answer                                     answer.go, best.go, verdicts.go, where.go
//	warnings: unfinished run, failed replicates    failures.go
//	the largest effects                            answer.go
//	what each trait of a level contributes         contributions.go
//	which factor changes the effect most           factors.go
//	computing time                                 other_metrics.go
//	the figures
//	other findings: parts, modes, other metrics    parts.go, modes.go, other_metrics.go
//	the method                                     method.go
//	the table, the medians of all metrics
//
// New builds the document as data, and both renderings say the same.
package report

import (
	"fmt"
	"slices"

	"tlslab/results/plot"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// New builds the report.
func New(s *summary.Summary, figures []plot.Figure, omitted []plot.Omitted) *Document {
	e := newExperiment(s)
	d := &Document{Title: s.Header.Title, Facts: e.facts(), Warnings: e.warnings()}
	if d.Title == "" {
		d.Title = s.Header.Scenario
	}
	answer, comparisons := e.answer()
	d.Answer = answer
	first, others := e.otherMetrics()
	d.Findings = slices.Concat(comparisons, e.contributions(), e.dependence(), first)
	others = slices.Concat(e.leaders(), e.modes(), others)
	d.Sections = []Section{
		{Title: "Figures", Blocks: figureBlocks(figures, omitted)},
		{Title: "Other findings", Blocks: append([]Block{{Points: others}}, e.sharesList()...)},
		{Title: "How it was done", Blocks: e.method()},
		{Title: "The numbers: " + e.m.Name, Blocks: e.tables()},
		{Title: "The modes: " + e.m.Name, Folded: true, Blocks: e.modesTable()},
		{Title: "All metrics", Folded: true, Blocks: e.overview()},
	}
	d.Sections = slices.DeleteFunc(d.Sections, func(s Section) bool { return s.empty() })
	return d
}

// mostRows is how many rows of a table the report shows; summary.csv has all.
const mostRows = 400

func (e *experiment) tables() []Block {
	return rows(table.Headline(e.Summary))
}

// modesTable lists the modes of the headline metric in every cell.
func (e *experiment) modesTable() []Block {
	t := table.Modes(e.Summary, e.metric)
	if t == nil {
		return nil
	}
	return append([]Block{{Text: "Clusters of values that lie well apart, in the cells that have several. The share is " +
		"that of the replicates that reached " + e.m.Name + "."}}, rows(t)...)
}

func (e *experiment) overview() []Block {
	blocks := []Block{{Text: "Medians of all metrics. " +
		"summary.csv has their means, p90, p95, p99, intervals and comparisons."}}
	return append(blocks, rows(table.Overview(e.Summary))...)
}

// rows is the table, cut after mostRows.
func rows(t *table.Table) []Block {
	left := len(t.Rows) - mostRows
	if left <= 0 {
		return []Block{{Table: t}}
	}
	t.Rows = t.Rows[:mostRows]
	return []Block{
		{Table: t}, {Text: number.Count(left) + " more rows are left out here; summary.csv has all."},
	}
}

func figureBlocks(figures []plot.Figure, omitted []plot.Omitted) []Block {
	var blocks []Block
	for i := range figures {
		blocks = append(blocks, Block{Figure: &figures[i]})
	}
	var left []Point
	for _, o := range omitted {
		left = append(left, Point{o.Figure, o.Why + "."})
	}
	if len(left) > 0 {
		blocks = append(blocks, Block{Text: "Not drawn:"}, Block{Points: left})
	}
	return blocks
}

// facts is Document.Facts.
func (e *experiment) facts() string {
	h := e.Header
	total := 0
	for _, c := range e.Cells {
		total += c.N
	}
	facts := ""
	if h.Scenario != "" {
		facts = h.Scenario + " · "
	}
	facts += fmt.Sprintf("%s × %s", plural(len(e.Cells), "cell"), e.replicates())
	if len(e.Cells) > 1 {
		facts += fmt.Sprintf(" = %s observations", number.Count(total))
	}
	facts += fmt.Sprintf(" · seed %d", h.Seed)
	if h.Version != "" {
		facts += " · version " + h.Version
	}
	return facts
}

// replicates is the number of replicates of a cell: "1000 replicates", "12 to 1000 replicates".
func (e *experiment) replicates() string {
	if len(e.Cells) == 0 {
		return plural(0, "replicate")
	}
	least, most := e.Cells[0].N, e.Cells[0].N
	for _, c := range e.Cells {
		least, most = min(least, c.N), max(most, c.N)
	}
	if least == most {
		return plural(most, "replicate")
	}
	return number.Count(least) + " to " + plural(most, "replicate")
}
