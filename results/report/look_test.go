package report

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tlslab/results"
	"tlslab/results/plot"
	"tlslab/results/table/tabletest"
)

func documentOf(e *tabletest.Experiment) *Document {
	s := e.Summary()
	set := plot.New(s)
	for i := range e.Cells {
		set.Add(i, e.Sorted(i, set.Metric()))
	}
	figures, omitted := set.Figures()
	return New(s, figures, omitted)
}

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	suites := tabletest.Factor{Name: "suite", Levels: []string{"tls12-rsa-cbc", "tls12-ecdhe-rsa-cbc", "tls12-ecdhe-rsa-gcm", "tls12-ecdhe-ecdsa-gcm", "tls13-rsa-gcm", "tls13-ecdsa-gcm", "tls13-ecdsa-chacha"}, Effects: []float64{1, 1.1, 1.05, 0.8, 0.7, 0.6, 0.61}}
	path := tabletest.Factor{Name: "path", Levels: []string{"lan", "region", "lossy", "overseas"}, Effects: []float64{1, 20, 22, 150}}
	response := tabletest.Factor{Name: "transfer.response", Levels: []string{"10kB", "1MB"}, Effects: []float64{1, 3}}
	records := tabletest.Factor{Name: "tls.record", Levels: []string{"16KiB", "8KiB", "4KiB", "1300B", "1KiB"}, Effects: []float64{1, 0.99, 0.9, 0.8, 0.82}}
	two := tabletest.Factor{Name: "kind", Levels: []string{"full", "resumed"}, Effects: []float64{1, 0.7}}
	long := tabletest.Factor{Name: "loss", Levels: []string{"0%", "0.1%", "0.5%", "1%", "2%", "5%", "10%", "20%"}, Effects: []float64{1, 1, 1.1, 1.2, 1.3, 1.4, 2, 4}}
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes": tabletest.Handshakes(1000, []string{"100us", "5ms", "25ms", "100ms"}, []string{"0%", "1%", "5%", "20%"}),
		"suites":     tabletest.Product(300, 1e6, suites, path, response),
		"records":    tabletest.Product(300, 1e7, records, path, response),
		"one":        tabletest.Product(200, 1e6),
		"single":     tabletest.Product(1, 1e6, two, path),
		"named":      tabletest.Product(30, 1e6, two, path),
		"pair":       tabletest.Product(30, 1e6, two),
		"wrapped":    tabletest.Product(100, 1e6, two, long),
		"five":       tabletest.Product(20, 1e6, two, long, path, response, records),
		"fail": tabletest.New(results.Header{Title: "All fail?", Factors: []results.Factor{{Name: "kind", Levels: []string{"a", "b"}}, {Name: "loss", Levels: []string{"1%", "100%"}}}, Compare: &results.Compare{Factor: "kind", Baseline: "a", Metric: "time", Margin: 0.02}, Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}}}, 50,
			func(rng *rand.Rand, c map[string]string) (map[string]float64, bool) {
				if c["loss"] == "100%" || rng.Float64() < 0.1 {
					return nil, true
				}
				return map[string]float64{"time": 5e6 + 1e5*rng.ExpFloat64()}, false
			}),
	} {
		sub := filepath.Join(dir, name)
		os.MkdirAll(filepath.Join(sub, "plots"), 0o777)
		d := documentOf(e)
		w, _ := os.Create(filepath.Join(sub, "report.html"))
		if err := d.WriteHTML(w); err != nil {
			t.Fatal(err)
		}
		w, _ = os.Create(filepath.Join(sub, "report.md"))
		d.WriteMarkdown(w)
		for _, b := range d.Sections[1].Blocks {
			if b.Figure != nil {
				w, _ := os.Create(filepath.Join(sub, "plots", b.Figure.Name+".png"))
				b.Figure.WritePNG(w)
				w.Close()
			}
		}
	}
}
