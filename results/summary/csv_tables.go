package summary

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tlslab/results/stat"
)

// tables are what WriteTable writes: the columns after those of the factors, and the rows.
var tables = []struct {
	name    string
	columns []string
	write   func(s *Summary, row tableRow)
}{
	{"modes", slices.Concat([]string{"metric", "unit", "mode", "low", "high", "n"}, intervalNames("share")), writeModes},
	{"contrasts", slices.Concat([]string{"metric", "unit", "trait", "against"}, comparisonNames()), writeContrasts},
	{"rankings", slices.Concat([]string{"metric", "unit", "ranked_by", "best"}, comparisonNames()), writeRankings},
}

// tableRow writes a row on a cell, an index in Summary.Cells, and a metric, an index in
// Header.Metrics.
type tableRow func(cell, metric int, fields ...[]string)

// Tables are the names of the tables that WriteTable writes.
func Tables() []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// WriteTable writes one of Tables as CSV, with a column for each factor and then columns that are
// named and written as those of WriteCSV. A table without rows has only the names of its columns.
//
//   - modes: the modes of each row of the summary that has any.
//   - contrasts: the contrasts.
//   - rankings: each cell of a ranking, compared with the best. The best has no comparison.
func WriteTable(w io.Writer, s *Summary, name string) error {
	for _, t := range tables {
		if t.name != name {
			continue
		}
		out := csv.NewWriter(w)
		var names []string
		for _, f := range s.Header.Factors {
			names = append(names, f.Name)
		}
		out.Write(append(names, t.columns...)) // a csv.Writer keeps its first error for Error
		t.write(s, func(cell, metric int, fields ...[]string) {
			m := &s.Header.Metrics[metric]
			out.Write(slices.Concat(s.Cells[cell].Levels, []string{m.Name, m.Unit}, slices.Concat(fields...)))
		})
		out.Flush()
		return out.Error()
	}
	return fmt.Errorf("unknown table %q: want one of %s", name, strings.Join(Tables(), ", "))
}

func writeModes(s *Summary, row tableRow) {
	for cell := range s.Cells {
		for metric := range s.Header.Metrics {
			for i, m := range s.Row(cell, metric).Modes {
				row(cell, metric, []string{strconv.Itoa(i + 1), stat.Field(m.Lo), stat.Field(m.Hi), strconv.Itoa(m.N)},
					intervalFields(m.Share))
			}
		}
	}
}

func writeContrasts(s *Summary, row tableRow) {
	for i := range s.Contrasts {
		c := &s.Contrasts[i]
		row(c.Cell, c.Metric, []string{c.Trait, s.comparedLevel(c.Against)}, comparisonFields(&c.Comparison))
	}
}

func writeRankings(s *Summary, row tableRow) {
	if s.Header.Compare == nil {
		return
	}
	metric := s.Header.Metric(s.Header.Compare.Metric)
	for i := range s.Rankings {
		r := &s.Rankings[i]
		ranking := []string{r.Of.String(), s.comparedLevel(r.Best)}
		row(r.Best, metric, ranking, comparisonFields(nil))
		for j := range r.Others {
			row(r.Others[j].Cell, metric, ranking, comparisonFields(&r.Others[j].Comparison))
		}
	}
}

// comparedLevel is the level of a cell in the compared factor.
func (s *Summary) comparedLevel(cell int) string {
	return s.Cells[cell].Levels[s.Header.Factor(s.Header.Compare.Factor)]
}
