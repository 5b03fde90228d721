package report

import (
	"os"
	"path/filepath"
	"testing"

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
	d := documentOf(tabletest.Handshakes(1000, []string{"100us", "2ms", "10ms", "25ms", "50ms", "100ms"}, []string{"0%", "1%", "5%"}))
	w, _ := os.Create(filepath.Join(dir, "report.html"))
	if err := d.WriteHTML(w); err != nil {
		t.Fatal(err)
	}
	w, _ = os.Create(filepath.Join(dir, "report.md"))
	d.WriteMarkdown(w)
}
