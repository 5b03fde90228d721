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
	Cell        orderedCell     `json:"cell"`
	Metric      string          `json:"metric"`
	Unit        string          `json:"unit"`
	N           int             `json:"n"`
	Failed      int             `json:"failed"`
	Reached     int             `json:"reached"`
	Mean        stat.Interval   `json:"mean"`
	SD          *float64        `json:"sd"`
	Min         *float64        `json:"min"`
	Max         *float64        `json:"max"`
	P50         stat.Interval   `json:"p50"`
	P90         stat.Interval   `json:"p90"`
	P95         stat.Interval   `json:"p95"`
	P99         stat.Interval   `json:"p99"`
	FailedShare stat.Interval   `json:"failed_share"`
	Modes       []jsonMode      `json:"modes,omitempty"`
	Comparison  *jsonComparison `json:"comparison"`
	Contrasts   []jsonContrast  `json:"contrasts,omitempty"`
	Rankings    []jsonRanking   `json:"rankings,omitempty"`
}

type jsonMode struct {
	Low   *float64      `json:"low"`
	High  *float64      `json:"high"`
	N     int           `json:"n"`
	Share stat.Interval `json:"share"`
}

type jsonContrast struct {
	Trait string `json:"trait"`
	jsonComparison
}

// jsonRanking has no comparison if the cell itself is the best.
type jsonRanking struct {
	RankedBy string `json:"ranked_by"`
	Best     string `json:"best"`
	*jsonComparison
}

type jsonComparison struct {
	Against string        `json:"against"`
	Paired  bool          `json:"paired"`
	Pairs   int           `json:"pairs"`
	Method  effect.Method `json:"method"`
	P50     jsonEffect    `json:"p50"`
	P95     jsonEffect    `json:"p95"`
	P99     jsonEffect    `json:"p99"`
	Mean    jsonEffect    `json:"mean"`
}

type jsonEffect struct {
	Ratio      stat.Interval  `json:"ratio"`
	Difference stat.Interval  `json:"difference"`
	P          *float64       `json:"p"`
	PHolm      *float64       `json:"p_holm"`
	Verdict    effect.Verdict `json:"verdict"`
}

// compared describes a comparison with a level of the compared factor.
func compared(c *effect.Comparison, against string) jsonComparison {
	of := func(s effect.Statistic) jsonEffect {
		e := c.At(s)
		return jsonEffect{e.Ratio, e.Diff, stat.Finite(e.P), stat.Finite(e.PHolm), e.Verdict}
	}
	return jsonComparison{against, c.Paired, c.Pairs, c.Method,
		of(effect.P50), of(effect.P95), of(effect.P99), of(effect.Mean)}
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
	contrasts := map[int][]*Contrast{} // by row
	for i := range s.Contrasts {
		c := &s.Contrasts[i]
		row := c.Cell*len(s.Header.Metrics) + c.Metric
		contrasts[row] = append(contrasts[row], c)
	}
	rankings := s.rankingsByRow()
	for i := range s.Rows {
		out.WriteString(separator) // a bufio.Writer keeps its first error for Flush
		separator = ",\n"
		line, err := encode(s, i, contrasts[i], rankings[i])
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

// rankingsByRow is what each row's cell is in the rankings of its metric.
func (s *Summary) rankingsByRow() map[int][]jsonRanking {
	all := map[int][]jsonRanking{}
	if s.Header.Compare == nil {
		return all
	}
	metric := s.Header.Metric(s.Header.Compare.Metric)
	for i := range s.Rankings {
		r := &s.Rankings[i]
		best := s.comparedLevel(r.Best)
		add := func(cell int, c *jsonComparison) {
			row := cell*len(s.Header.Metrics) + metric
			all[row] = append(all[row], jsonRanking{r.Of.String(), best, c})
		}
		add(r.Best, nil)
		for j := range r.Others {
			o := &r.Others[j]
			c := compared(&o.Comparison, best)
			add(o.Cell, &c)
		}
	}
	return all
}

// encode returns a row as one line of JSON, without a newline.
func encode(s *Summary, index int, contrasts []*Contrast, rankings []jsonRanking) ([]byte, error) {
	r, h := &s.Rows[index], s.Header
	row := jsonRow{
		Cell: orderedCell{h.Factors, r.Cell}, Metric: r.Metric, Unit: r.Unit,
		N: r.N, Failed: r.Failed, Reached: r.Reached, FailedShare: r.FailedShare,
		Mean: r.Mean, SD: stat.Finite(r.SD), Min: stat.Finite(r.Min), Max: stat.Finite(r.Max),
		P50: r.P50, P90: r.P90, P95: r.P95, P99: r.P99, Rankings: rankings,
	}
	for _, m := range r.Modes {
		row.Modes = append(row.Modes, jsonMode{stat.Finite(m.Lo), stat.Finite(m.Hi), m.N, m.Share})
	}
	if c := r.VsBaseline; c != nil {
		vs := compared(c, h.Compare.Baseline)
		row.Comparison = &vs
	}
	for _, c := range contrasts {
		row.Contrasts = append(row.Contrasts,
			jsonContrast{c.Trait, compared(&c.Comparison, s.comparedLevel(c.Against))})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
