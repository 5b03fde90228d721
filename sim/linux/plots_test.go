package linux

import (
	"fmt"
	"image/color"
	"os"
	"testing"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// plotted are the cells of the plot, by rows.
var plotted = [][]int{{65, 81, 70}, {107, 125, 130}}

// plotFile is the plot of docs/fidelity.md.
const plotFile = "../../docs/fidelity-distributions.svg"

// writePlots draws the distribution of the time to the last byte of some cells: measured, and
// simulated with and without noise.
func writePlots(t testing.TB) {
	t.Helper()
	f, p := readFlights(t), measuredPath(t)
	panels := make([][]*plot.Plot, len(plotted))
	for i, line := range plotted {
		panels[i] = make([]*plot.Plot, len(line))
		for j, id := range line {
			for _, c := range measuredCells(t) {
				if c.ID == id {
					panels[i][j] = distributionPanel(t, f, c, p, i+j == 0)
				}
			}
		}
	}
	canvas := vgsvg.New(30*vg.Centimeter, 16*vg.Centimeter)
	tiles := draw.Tiles{
		Rows: len(plotted), Cols: len(plotted[0]), PadX: 6 * vg.Millimeter, PadY: 6 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 4 * vg.Millimeter,
	}
	cells := plot.Align(panels, tiles, draw.New(canvas))
	for i, line := range panels {
		for j, panel := range line {
			panel.Draw(cells[i][j])
		}
	}
	out, err := os.Create(plotFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := canvas.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func distributionPanel(t testing.TB, f *flights, c *cell, p path, legend bool) *plot.Plot {
	t.Helper()
	trials := c.trials(t)
	plain, noisy := simulate(t, f, c, p, replicatesOf(c), trials)
	panel := plot.New()
	panel.Title.Text = fmt.Sprintf("%s %s, RTT %v, loss %g %%, %d kB", c.Variant, c.Chain, c.RTT, c.Loss*100, c.Response/1000)
	panel.X.Label.Text, panel.Y.Label.Text = "last byte, ms", "connections"
	panel.X.Scale, panel.X.Tick.Marker = plot.LogScale{}, plot.ConstantTicks(timeTicks())
	panel.Legend.Top, panel.Legend.Left = false, false
	for _, line := range []struct {
		name   string
		times  []time.Duration
		colour color.RGBA // Okabe and Ito
		width  vg.Length
	}{
		{"Linux", column(trials, lastByte), color.RGBA{0, 0, 0, 255}, 1.8},
		{"simulated", plain[lastByte], color.RGBA{230, 159, 0, 255}, 1},
		{"with noise", noisy[lastByte], color.RGBA{0, 114, 178, 255}, 1},
	} {
		curve, err := plotter.NewLine(distribution(line.times))
		if err != nil {
			t.Fatal(err)
		}
		curve.Color, curve.Width, curve.StepStyle = line.colour, vg.Points(float64(line.width)), plotter.PostStep
		panel.Add(curve)
		if legend {
			panel.Legend.Add(line.name, curve)
		}
	}
	panel.Y.Min, panel.Y.Max = 0, 1
	panel.X.Max = min(panel.X.Max, 20000)
	return panel
}

// distribution thins a distribution function to 250 points.
func distribution(sorted []time.Duration) plotter.XYs {
	const points = 250
	var xy plotter.XYs
	for i := range points {
		p := (float64(i) + 0.5) / points
		xy = append(xy, plotter.XY{X: float64(quantile(sorted, p)) / float64(time.Millisecond), Y: p})
	}
	return xy
}

func timeTicks() (ticks []plot.Tick) {
	for _, at := range []float64{100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000} {
		ticks = append(ticks, plot.Tick{Value: at, Label: fmt.Sprintf("%g", at)})
	}
	return ticks
}
