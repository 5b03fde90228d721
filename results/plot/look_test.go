package plot

import (
	"os"
	"path/filepath"
	"testing"

	"tlslab/results/table/tabletest"
)

func figuresOf(e *tabletest.Experiment) ([]Figure, []Omitted) {
	set := New(e.Summary())
	for i := range e.Cells {
		set.Add(i, e.Sorted(i, set.Metric()))
	}
	return set.Figures()
}

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	fs, om := figuresOf(tabletest.Handshakes(1000, []string{"100us", "2ms", "10ms", "25ms", "50ms", "100ms"}, []string{"0%", "1%", "5%"}))
	t.Log(om)
	for _, f := range fs {
		w, _ := os.Create(filepath.Join(dir, f.Name+".png"))
		if err := f.WritePNG(w); err != nil {
			t.Fatal(err)
		}
		w.Close()
		w, _ = os.Create(filepath.Join(dir, f.Name+".svg"))
		f.WriteSVG(w)
		w.Close()
	}
}
