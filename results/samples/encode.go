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
	keyHeader = "tlslab.header" // Header.Text
	keyPart   = "tlslab.part"   // the number of the part
)

// codec is shared by all parts, since it keeps its encoders.
var codec = &zstd.Codec{Level: zstd.SpeedFastest}

// encode writes the first rows of a block as a Parquet file with a single row group.
func encode(w io.Writer, h *results.Header, headerText string, b *Block, rows int) error {
	if err := b.check(h, rows); err != nil {
		return err
	}
	out := parquet.NewGenericWriter[any](w, schemaOf(h, b, rows),
		parquet.Compression(codec),
		parquet.CreatedBy("tlslab", h.Version, ""),
		parquet.KeyValueMetadata(keyHeader, headerText),
		parquet.KeyValueMetadata(keyPart, strconv.Itoa(b.Part)),
		parquet.PageBufferSize(16*rowsPerPart), // one page a column
		parquet.DataPageStatistics(false),
	)
	columns := columnWriter{columns: out.ColumnWriters()}
	columns.factors(h, b, rows)
	columns.replicates(b, rows)
	columns.outcomes(b.Outcome[:rows])
	for i := range h.Metrics {
		columns.metric(b.Values[i][:rows], h.Metrics[i].Integer())
	}
	columns.hashes(b.Hash[:rows])
	if columns.err != nil {
		return columns.err
	}
	return out.Close()
}

// columnWriter writes one column after another, until an error.
type columnWriter struct {
	columns []*parquet.ColumnWriter
	next    int // the index of the current column
	buffer  [512]parquet.Value
	err     error
}

// each writes rows to the current column, a buffer at a time. fill fills the buffer with the values
// of the rows from first on.
func (w *columnWriter) each(rows int, fill func(buffer []parquet.Value, first int)) {
	for first := 0; first < rows && w.err == nil; first += len(w.buffer) {
		buffer := w.buffer[:min(rows-first, len(w.buffer))]
		fill(buffer, first)
		_, w.err = w.columns[w.next].WriteRowValues(buffer)
	}
}

// factors writes a column for each factor.
func (w *columnWriter) factors(h *results.Header, b *Block, rows int) {
	for i := range h.Factors {
		for row := 0; row < rows; {
			cell, replicate := b.Place(row)
			n := min(rows-row, b.batch.replicates.To-replicate) // rows of this cell
			value := parquet.ByteArrayValue([]byte(h.Cells[cell].Levels[i]))
			for k := range w.buffer[:min(n, len(w.buffer))] {
				w.buffer[k] = value
			}
			w.each(n, func([]parquet.Value, int) {})
			row += n
		}
		w.next++
	}
}

func (w *columnWriter) replicates(b *Block, rows int) {
	w.each(rows, func(buffer []parquet.Value, first int) {
		for i := range buffer {
			_, replicate := b.Place(first + i)
			buffer[i] = parquet.Int64Value(int64(replicate))
		}
	})
	w.next++
}

func (w *columnWriter) outcomes(all []string) {
	last, value := "", parquet.Value{}
	w.each(len(all), func(buffer []parquet.Value, first int) {
		for i, s := range all[first : first+len(buffer)] {
			if s != last {
				last, value = s, parquet.ByteArrayValue([]byte(s))
			}
			buffer[i] = value
		}
	})
	w.next++
}

// metric writes an optional column, with null for NaN.
func (w *columnWriter) metric(all []float64, integer bool) {
	null := parquet.NullValue().Level(0, 0, w.next)
	last, value := math.NaN(), null
	w.each(len(all), func(buffer []parquet.Value, first int) {
		for i, v := range all[first : first+len(buffer)] {
			switch {
			case v == last: // most rows repeat the previous value
			case v != v:
				value = null
			case integer:
				value = parquet.Int64Value(int64(v)).Level(0, 1, w.next)
			default:
				value = parquet.DoubleValue(v).Level(0, 1, w.next)
			}
			last = v
			buffer[i] = value
		}
	})
	w.next++
}

func (w *columnWriter) hashes(all []uint64) {
	w.each(len(all), func(buffer []parquet.Value, first int) {
		for i, v := range all[first : first+len(buffer)] {
			buffer[i] = parquet.Int64Value(int64(v))
		}
	})
	w.next++
}
