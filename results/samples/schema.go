package samples

import (
	"slices"

	"github.com/parquet-go/parquet-go"

	"tlslab/results"
)

// table is a Parquet group with its columns in a given order. parquet.Group sorts them by name.
type table struct {
	parquet.Group
	names []string
}

func (t table) Fields() []parquet.Field {
	fields := t.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(t.names, a.Name()) - slices.Index(t.names, b.Name())
	})
	return fields
}

// schemaOf returns the types of a part's columns, and the encodings that suit the first rows of b.
func schemaOf(h *results.Header, b *Block, rows int) *parquet.Schema {
	t := table{Group: parquet.Group{}, names: h.Columns()}
	for _, name := range t.names[:len(h.Factors)] {
		t.Group[name] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
	t.Group[results.ColumnReplicate] = parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked)
	t.Group[results.ColumnOutcome] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	for i := range h.Metrics {
		t.Group[h.Metrics[i].Name] = metricNode(&h.Metrics[i], b.Values[i][:rows])
	}
	hash := parquet.Uint(64)
	if repeats(b.Hash[:rows]) {
		hash = parquet.Encoded(hash, &parquet.RLEDictionary)
	}
	t.Group[results.ColumnHash] = hash
	return parquet.NewSchema("samples", t)
}

// metricNode returns the type and encoding of a metric's column: a dictionary if values repeat,
// else differences for integers.
func metricNode(m *results.Metric, values []float64) parquet.Node {
	node := parquet.Leaf(parquet.DoubleType)
	if m.Integer() {
		node = parquet.Int(64)
	}
	switch {
	case repeats(values):
		node = parquet.Encoded(node, &parquet.RLEDictionary)
	case m.Integer():
		node = parquet.Encoded(node, &parquet.DeltaBinaryPacked)
	}
	return parquet.Optional(node)
}

// repeats reports whether the first values of a column have so few distinct ones that a dictionary
// makes the column smaller.
func repeats[T comparable](values []T) bool {
	const look = 1024
	values = values[:min(look, len(values))]
	seen := make(map[T]bool, 64)
	for i, v := range values {
		seen[v] = true // each NaN counts as distinct: a column of many is small anyway
		if len(seen) > 64 && len(seen) > i/2 {
			return false
		}
	}
	return true
}
