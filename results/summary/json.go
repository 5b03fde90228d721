package summary

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
)

type jsonRow struct {
	Cell       orderedCell     `json:"cell"`
	Metric     string          `json:"metric"`
	Unit       string          `json:"unit"`
	N          int             `json:"n"`
	Failed     int             `json:"failed"`
	Reached    int             `json:"reached"`
	Mean       stat.Interval   `json:"mean"`
	SD         *float64        `json:"sd"`
	Min        *float64        `json:"min"`
	Max        *float64        `json:"max"`
	P50        stat.Interval   `json:"p50"`
	P90        stat.Interval   `json:"p90"`
	P95        stat.Interval   `json:"p95"`
	P99        stat.Interval   `json:"p99"`
	VsBaseline *jsonComparison `json:"vs_baseline"`
}

type jsonComparison struct {
	Paired  bool           `json:"paired"`
	Pairs   int            `json:"pairs"`
	Diff    stat.Interval  `json:"diff"`
	Ratio   stat.Interval  `json:"ratio"`
	P       *float64       `json:"p"`
	PHolm   *float64       `json:"p_holm"`
	Verdict effect.Verdict `json:"verdict"`
}

// orderedCell writes a cell as a JSON object in the order of the factors.
type orderedCell struct {
	factors []results.Factor
	levels  []string
}

func (c orderedCell) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, f := range c.factors {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(f.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(c.levels[i]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// WriteJSON writes summary.json: an array with a row on each line.
func WriteJSON(w io.Writer, s *Summary) error {
	out := bufio.NewWriter(w)
	separator := "[\n"
	for i := range s.Rows {
		out.WriteString(separator) // a bufio.Writer keeps its first error for Flush
		separator = ",\n"
		line, err := encode(s.Header, &s.Rows[i])
		if err != nil {
			return err
		}
		out.Write(line)
	}
	if len(s.Rows) == 0 {
		out.WriteString("[")
	}
	out.WriteString("\n]\n")
	return out.Flush()
}

// encode returns a row as one line of JSON, without a newline.
func encode(h *results.Header, r *Row) ([]byte, error) {
	row := jsonRow{
		Cell: orderedCell{h.Factors, r.Cell}, Metric: r.Metric, Unit: r.Unit,
		N: r.N, Failed: r.Failed, Reached: r.Reached,
		Mean: r.Mean, SD: stat.Finite(r.SD), Min: stat.Finite(r.Min), Max: stat.Finite(r.Max),
		P50: r.P50, P90: r.P90, P95: r.P95, P99: r.P99,
	}
	if c := r.VsBaseline; c != nil {
		p50 := c.At(effect.P50)
		row.VsBaseline = &jsonComparison{
			c.Paired, c.Pairs, p50.Diff, p50.Ratio, stat.Finite(p50.P), stat.Finite(p50.PHolm), p50.Verdict,
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
