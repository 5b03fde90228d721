package summary

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"tlslab/results/effect"
	"tlslab/results/stat"
)

// WriteCSV writes summary.csv: the rows of summary.json as a table, with a column for each factor
// and each number. A field is empty if the number does not exist. An unbounded side of an interval
// is Inf or -Inf, which R and pandas read.
func WriteCSV(w io.Writer, s *Summary) error {
	out := csv.NewWriter(w)
	var names []string
	for _, f := range s.Header.Factors {
		names = append(names, f.Name)
	}
	for _, c := range csvColumns {
		names = append(names, c.names...)
	}
	out.Write(names) // a csv.Writer keeps its first error for Error
	var record []string
	for i := range s.Rows {
		row := &s.Rows[i]
		record = append(record[:0], row.Cell...)
		for _, c := range csvColumns {
			record = append(record, c.fields(row)...)
		}
		out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// csvColumns are the columns of summary.csv after those of the factors, in groups.
var csvColumns = []csvColumn{
	{[]string{"metric", "unit"}, func(r *Row) []string { return []string{r.Metric, r.Unit} }},
	{[]string{"n", "failed", "reached"}, func(r *Row) []string {
		return []string{strconv.Itoa(r.N), strconv.Itoa(r.Failed), strconv.Itoa(r.Reached)}
	}},
	{intervalNames("mean"), func(r *Row) []string { return intervalFields(r.Mean) }},
	{[]string{"sd", "min", "max"}, func(r *Row) []string {
		return []string{stat.Field(r.SD), stat.Field(r.Min), stat.Field(r.Max)}
	}},
	{intervalNames("p50"), func(r *Row) []string { return intervalFields(r.P50) }},
	{intervalNames("p90"), func(r *Row) []string { return intervalFields(r.P90) }},
	{intervalNames("p95"), func(r *Row) []string { return intervalFields(r.P95) }},
	{intervalNames("p99"), func(r *Row) []string { return intervalFields(r.P99) }},
	{[]string{"failed_share", "failed_share_low", "failed_share_high"}, func(r *Row) []string {
		return intervalFields(r.FailedShare)
	}},
	{comparisonNames(), func(r *Row) []string { return comparisonFields(r.VsBaseline) }},
}

// csvColumn is a group of columns, and their fields in a row.
type csvColumn struct {
	names  []string
	fields func(*Row) []string
}

// comparisonNames are the columns of a comparison.
func comparisonNames() []string {
	names := []string{"paired", "pairs", "method"}
	for _, of := range effect.Statistics {
		name := of.String()
		names = slices.Concat(names, intervalNames(name+"_ratio"), intervalNames(name+"_diff"),
			[]string{name + "_p", name + "_p_holm", name + "_verdict"})
	}
	return names
}

// comparisonFields are the fields of a comparison. They are empty without one.
func comparisonFields(c *effect.Comparison) []string {
	if c == nil {
		return make([]string, len(comparisonNames()))
	}
	fields := []string{strconv.FormatBool(c.Paired), strconv.Itoa(c.Pairs), string(c.Method)}
	for _, of := range effect.Statistics {
		e := c.At(of)
		fields = slices.Concat(fields, intervalFields(e.Ratio), intervalFields(e.Diff),
			[]string{stat.Field(e.P), stat.Field(e.PHolm), string(e.Verdict)})
	}
	return fields
}

func intervalNames(name string) []string { return []string{name, name + "_low", name + "_high"} }

func intervalFields(i stat.Interval) []string {
	return []string{stat.Field(i.Value), stat.Field(i.Lo), stat.Field(i.Hi)}
}
