package run

import (
	"testing"

	"tlslab/results/folder"
	"tlslab/results/plot"
	"tlslab/results/plot/plottest"
	"tlslab/results/samples"
	"tlslab/scenarios"
)

// In the figures of every shipped scenario no label touches another label or an axis.
func TestFiguresOfShippedScenariosAreLegible(t *testing.T) {
	sizes := []int{40, 1}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, name := range scenarios.Shipped() {
		t.Run(name, func(t *testing.T) {
			for _, replicates := range sizes {
				for _, f := range figuresOf(t, name, replicates) {
					for _, fault := range plottest.Faults(f) {
						t.Errorf("%d replicates, %s: %s", replicates, f.Name, fault)
					}
				}
			}
		})
	}
}

// figuresOf runs a shipped scenario and returns the figures.
func figuresOf(t *testing.T, name string, replicates int) []plot.Figure {
	t.Helper()
	text, err := scenarios.ShippedText(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(t.Context(), name+".yaml", text, scenarios.Options{Replicates: replicates})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 2, Plots: []plot.Format{"svg"}}); err != nil {
		t.Fatal(err)
	}
	store, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := folder.Figures(store)
	if err != nil {
		t.Fatal(err)
	}
	return figures
}
