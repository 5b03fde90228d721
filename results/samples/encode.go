package samples

import (
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"tlslab/results"
)

// The keys of a part's metadata.
const (
	keyHeader = "tlslab.header" // the header's text
	keyPart   = "tlslab.part"   // the number of the part
)

// codec is shared: it keeps its encoders for the next part.
var codec = &zstd.Codec{Level: zstd.SpeedDefault}

// encode writes the first rows of a block as a Parquet file.
func encode(w io.Writer, h *results.Header, headerText string, b *Block, rows int) error {
	if err := b.check(h, rows); err != nil {
		return err
	}
	out := parquet.NewWriter(w, schemaOf(h, b, rows),
		parquet.Compression(codec),
		parquet.CreatedBy("tlslab", h.Version, ""),
		parquet.KeyValueMetadata(keyHeader, headerText),
		parquet.KeyValueMetadata(keyPart, strconv.Itoa(b.Part)),
		parquet.PageBufferSize(16*rowsPerPart), // one page a column
		parquet.DataPageStatistics(false),
	)
	columns := columnWriter{columns: out.ColumnWriters()}
	columns.writeFactors(h, b, rows)
	columns.write(rows, func(row int) parquet.Value {
		_, replicate := b.Place(row)
		return parquet.Int64Value(int64(replicate))
	})
	columns.writeStrings(b.Outcome[:rows])
	for i := range h.Metrics {
		columns.writeMetric(b.Values[i][:rows], h.Metrics[i].Integer())
	}
	columns.write(rows, func(row int) parquet.Value { return parquet.Int64Value(int64(b.Hash[row])) })
	if columns.err != nil {
		return columns.err
	}
	return out.Close()
}

// columnWriter writes one column after the other. Its first error stays.
type columnWriter struct {
	columns []*parquet.ColumnWriter
	next    int
	buffer  [512]parquet.Value
	err     error
}

// write writes the next column from the value of each row.
func (w *columnWriter) write(rows int, value func(row int) parquet.Value) {
	column := w.columns[w.next]
	for row := 0; row < rows && w.err == nil; {
		n := min(rows-row, len(w.buffer))
		for i := range n {
			w.buffer[i] = value(row+i).Level(0, 0, w.next)
		}
		_, w.err = column.WriteRowValues(w.buffer[:n])
		row += n
	}
	w.next++
}

// writeMetric writes the next column, which is optional, with null for NaN.
func (w *columnWriter) writeMetric(values []float64, integer bool) {
	column := w.columns[w.next]
	null := parquet.NullValue().Level(0, 0, w.next)
	for len(values) > 0 && w.err == nil {
		n := min(len(values), len(w.buffer))
		for i, v := range values[:n] {
			switch {
			case math.IsNaN(v):
				w.buffer[i] = null
			case integer:
				w.buffer[i] = parquet.Int64Value(int64(v)).Level(0, 1, w.next)
			default:
				w.buffer[i] = parquet.DoubleValue(v).Level(0, 1, w.next)
			}
		}
		_, w.err = column.WriteRowValues(w.buffer[:n])
		values = values[n:]
	}
	w.next++
}

// writeStrings writes the next column.
func (w *columnWriter) writeStrings(values []string) {
	last, value := "", parquet.ByteArrayValue(nil)
	w.write(len(values), func(row int) parquet.Value {
		if s := values[row]; s != last {
			last, value = s, parquet.ByteArrayValue([]byte(s))
		}
		return value
	})
}

// writeFactors writes a column a factor.
func (w *columnWriter) writeFactors(h *results.Header, b *Block, rows int) {
	for i := range h.Factors {
		cell, value := -1, parquet.Value{}
		w.write(rows, func(row int) parquet.Value {
			if c, _ := b.Place(row); c != cell {
				cell, value = c, parquet.ByteArrayValue([]byte(h.Cells[c].Levels[i]))
			}
			return value
		})
	}
}
