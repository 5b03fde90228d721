package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"tlslab/results"
	"tlslab/results/samples"
)

// writeJSONL writes the header as the first line, and then a line for each replicate:
//
//	{"cell":{"tls.kind":"full"},"replicate":17,"seed":"9f0123456789abcd",
//	 "hash":"00f3a1c2d4e5b697","outcome":"ok","metrics":{"handshake":63512345}}
//
// Seed and hash are hexadecimal digits, because most readers of a JSON number round integers above
// 2⁵³. A metric that the replicate did not reach is absent, and so is the seed if the header has no
// seeds.
func writeJSONL(w io.Writer, s *samples.Store) error {
	h := s.Header()
	header, err := h.Text()
	if err != nil {
		return err
	}
	if _, err := w.Write(append(header, '\n')); err != nil {
		return err
	}
	metrics := make([]string, len(h.Metrics))
	for i, m := range h.Metrics {
		metrics[i] = quoted(m.Name) + ":"
	}
	cells := make([]string, len(h.Cells))
	for i, c := range h.Cells {
		cells[i] = cellObject(h, c.Levels)
	}
	var line []byte
	return s.Each(func(b *samples.Block) error {
		for row := range b.Rows {
			cell, replicate := b.Place(row)
			line = fmt.Appendf(line[:0], `{"cell":%s,"replicate":%d,`, cells[cell], replicate)
			if h.Seeds != nil {
				line = fmt.Appendf(line, `"seed":"%016x",`, h.Seeds.Seed(replicate))
			}
			line = fmt.Appendf(line, `"hash":"%016x","outcome":%s,"metrics":{`, b.Hash[row], quoted(b.Outcome[row]))
			line = appendMetrics(line, metrics, b, row)
			if _, err := w.Write(append(line, "}}\n"...)); err != nil {
				return err
			}
		}
		return nil
	})
}

// cellObject is a cell as a JSON object in the order of the factors.
func cellObject(h *results.Header, levels []string) string {
	object := "{"
	for i, level := range levels {
		if i > 0 {
			object += ","
		}
		object += quoted(h.Factors[i].Name) + ":" + quoted(level)
	}
	return object + "}"
}

// quoted is a JSON string.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// appendMetrics appends the members of the object of metrics.
func appendMetrics(line []byte, names []string, b *samples.Block, row int) []byte {
	separator := ""
	for i, name := range names {
		v := b.Values[i][row]
		if math.IsNaN(v) {
			continue
		}
		line = append(append(line, separator...), name...)
		line = appendNumber(line, v)
		separator = ","
	}
	return line
}

// appendNumber appends an integer without a fraction, and any other number with the fewest digits
// that read back as the same double.
func appendNumber(dst []byte, v float64) []byte {
	const exact = 1 << 53 // up to which every integer is a double
	if v == math.Trunc(v) && math.Abs(v) <= exact {
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}
