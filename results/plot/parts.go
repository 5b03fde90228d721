package plot

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// part is a metric that is part of another metric (Metric.PartOf), or the sum of several negligible
// parts.
type part struct {
	name    string
	group   string
	metrics []int
	fill    color.Color
}

// parts draws for each metric with parts the share of each part in the mean, for every cell. Shares
// are of means, because medians do not add up.
func (set *Set) parts() ([]Figure, []Omitted) {
	var figures []Figure
	var omitted []Omitted
	for whole := range set.summary.Header.Metrics {
		addends := partsOf(set.summary.Header, whole)
		if len(addends) == 0 {
			continue
		}
		f, o := set.partsOf(whole, addends)
		figures, omitted = append(figures, f...), append(omitted, o...)
	}
	return figures, omitted
}

// partsOf returns the indices of the metrics that are parts of another.
func partsOf(h *results.Header, whole int) []int {
	var addends []int
	for i, m := range h.Metrics {
		if m.PartOf == h.Metrics[whole].Name {
			addends = append(addends, i)
		}
	}
	return addends
}

func (set *Set) partsOf(whole int, addends []int) ([]Figure, []Omitted) {
	m := &set.summary.Header.Metrics[whole]
	name := "parts-" + fileName(m.Name)
	shown := set.grouped(addends)
	if len(shown) == 0 {
		return nil, []Omitted{{name, "no replicate reached " + m.Name}}
	}
	l := placeAlong(set.summary, 3)
	const (
		mostBars = 64  // aimed at, one above the other
		tallest  = 256 // a taller figure is not drawn
	)
	bars := len(combinations(set.barFactors(l)))
	if bars > tallest {
		return nil, []Omitted{{name, fmt.Sprintf("it would have %d bars, one above the other, and at "+
			"most %d are drawn; summary.csv contains their numbers", bars, tallest)}}
	}
	l.spreadAgain(3, max(1, mostBars/bars))
	pages, left := l.paged()
	var figures []Figure
	var omitted []Omitted
	if left > 0 {
		omitted = append(omitted, tooMany(name, left, l))
	}
	for _, on := range pages {
		data := set.build(whole, "part", "group", "mean", "share")
		g := set.partsPage(l, on, whole, shown, data)
		g.title = "What " + m.Name + " is made of" + with(on)
		f := g.figure(strings.TrimSpace(fmt.Sprintf(
			"Shares of the parts in the mean %s. The mean stands beside the bar. %s",
			m.Name, groupNames(shown)))+set.unreached(whole), data.done)
		f.Name = name + on.name
		figures = append(figures, f)
	}
	return figures, omitted
}

// groupNames lists the parts of each group: "Network: propagation, queue; cpu: client-cpu."
func groupNames(shown []part) string {
	byGroup := map[string][]string{}
	var order []string
	for _, p := range shown {
		if p.group == "" {
			continue
		}
		if byGroup[p.group] == nil {
			order = append(order, p.group)
		}
		byGroup[p.group] = append(byGroup[p.group], p.name)
	}
	if len(order) == 0 {
		return ""
	}
	for i, g := range order {
		order[i] = g + ": " + strings.Join(byGroup[g], ", ")
	}
	return capital(strings.Join(order, "; ")) + "."
}

// negligible is the share below which a part of a bar would be thinner than a line.
const negligible = 0.004

// grouped returns the parts in the order of the bars: by group, and in a group by their largest
// share. A group has shades of the same hue. Parts that are negligible in every cell are joined.
func (set *Set) grouped(addends []int) []part {
	var groups []string
	large := map[string][]int{}
	var small []int
	largest := set.largestShares(addends)
	for _, i := range addends {
		m := &set.summary.Header.Metrics[i]
		switch share := largest[i]; {
		case share == 0:
			continue
		case share < negligible:
			small = append(small, i)
			continue
		}
		if large[m.Group] == nil {
			groups = append(groups, m.Group)
		}
		large[m.Group] = append(large[m.Group], i)
	}
	var out []part
	for g, group := range groups {
		members := large[group]
		slices.SortStableFunc(members, func(a, b int) int {
			return cmp.Compare(largest[b], largest[a])
		})
		for j, i := range members {
			m := &set.summary.Header.Metrics[i]
			out = append(out, part{table.PartName(m), group, []int{i}, shade(g, j, len(members))})
		}
	}
	if len(small) > 0 {
		out = append(out, part{"others, each below " + number.Percent(negligible), "", small, rule})
	}
	return out
}

// largestShares returns the largest share of each part in any cell, by metric.
func (set *Set) largestShares(addends []int) map[int]float64 {
	largest := map[int]float64{}
	for cell := range set.summary.Cells {
		total := set.total(cell, addends)
		for _, i := range addends {
			if total > 0 {
				largest[i] = math.Max(largest[i], set.mean(cell, i)/total)
			}
		}
	}
	return largest
}

func (set *Set) total(cell int, addends []int) float64 {
	total := 0.0
	for _, i := range addends {
		total += set.mean(cell, i)
	}
	return total
}

// mean is the mean of a part. It is 0 if no replicate reached the metric, or if it is negative.
func (set *Set) mean(cell, metric int) float64 {
	v := set.summary.Row(cell, metric).Mean.Value
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}

// shade is the j-th of n shades of the hue of group g, from dark to light.
func shade(g, j, n int) color.Color {
	hues := []color.RGBA{okabeIto[0], okabeIto[1], okabeIto[2], okabeIto[3], okabeIto[5],
		okabeIto[4], muted}
	if n == 1 {
		return hues[g%len(hues)]
	}
	return mix(hues[g%len(hues)], heatPaper, 0.62*float64(j)/float64(n-1))
}

func (set *Set) partsPage(l layout, on page, whole int, shown []part, data *dataBuilder) *grid {
	tiles, rows := l.tiles(on)
	fs := set.barFactors(l)
	up, bars := barAxis(fs)
	g := &grid{rows: rows, xTitle: "share of the mean", yTitle: names(fs)}
	g.panelHeight = g.besideTitles(vg.Length(len(bars))*11 + 6)
	x := &axis{min: 0, max: 1, scale: plot.LinearScale{}}
	unit := set.summary.Header.Metrics[whole].Unit
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			p := &panel{title: t.title, x: x, y: up}
			for i, b := range bars {
				if cell := set.cell(slices.Concat(t.pick, b)); cell >= 0 {
					p.plotters = append(p.plotters, set.bar(cell, float64(i), shown, unit, data))
				}
			}
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	for _, p := range shown {
		g.keys = append(g.keys, swatchKey(p.name, p.fill))
	}
	g.scaleShares(x)
	return g
}

// scaleShares sets the axis of shares so that there is room for the totals beside the bars.
func (g *grid) scaleShares(x *axis) {
	widest := vg.Length(0)
	for _, row := range g.panels {
		for _, p := range row {
			for _, d := range p.plotters {
				widest = max(widest, totalStyle.Width(d.(stacked).total))
			}
		}
	}
	width := g.panelWidth()
	x.max = 1 / (1 - min(0.7, float64((widest+5)/width)))
	for _, shares := range [][]float64{{0, 0.25, 0.5, 0.75, 1}, {0, 0.5, 1}, {0, 1}} {
		x.ticks = nil
		for _, v := range shares {
			x.ticks = append(x.ticks, plot.Tick{Value: v, Label: number.Percent(v)})
		}
		if len(across(width).apart(x, x.ticks)) == len(x.ticks) {
			return
		}
	}
}

// totalStyle is the text beside a bar.
var totalStyle = label(tickSize-0.5, ink, false)

// barFactors are the factors whose levels name the bars of a panel. The compared factor is last, so
// that compared bars are neighbours.
func (set *Set) barFactors(l layout) []*factor {
	var fs []*factor
	for _, f := range []*factor{l.x, l.colour} {
		if f != nil {
			fs = append(fs, f)
		}
	}
	if len(fs) == 2 && fs[0].baseline >= 0 {
		fs[0], fs[1] = fs[1], fs[0]
	}
	return fs
}

// barAxis returns the axis with the names of the bars, from top to bottom, and the levels of each
// bar.
func barAxis(fs []*factor) (*axis, []pick) {
	var bars []pick
	a := &axis{scale: plot.InvertedScale{Normalizer: plot.LinearScale{}}, min: -0.6}
	for i, c := range combinations(fs) {
		bars = append(bars, pick(nil).withAll(fs, c))
		var words []string
		for j, f := range fs {
			words = append(words, f.names()[c[j]])
		}
		a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: strings.Join(words, "  ")})
	}
	a.max = float64(len(bars)) - 0.4
	return a, bars
}

// stacked is a stacked bar of shares with the total beside it. It is a plot.Plotter.
type stacked struct {
	at     float64
	shares []float64
	fills  []color.Color
	total  string
}

func (set *Set) bar(cell int, at float64, shown []part, unit string, data *dataBuilder) stacked {
	b := stacked{at: at}
	total := 0.0
	for _, p := range shown {
		sum := set.total(cell, p.metrics)
		total += sum
		b.shares, b.fills = append(b.shares, sum), append(b.fills, p.fill)
	}
	if total == 0 {
		b.shares, b.total = nil, number.Absent
		return b
	}
	for i := range b.shares {
		mean := b.shares[i]
		b.shares[i] /= total
		data.add(cell, shown[i].name, shown[i].group, mean, b.shares[i])
	}
	b.total = number.Value(total, unit)
	return b
}

// Plot implements plot.Plotter.
func (b stacked) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	top, bottom := toY(b.at-0.38), toY(b.at+0.38)
	from := 0.0
	for i, share := range b.shares {
		rect := vg.Rectangle{Min: vg.Point{X: toX(from), Y: bottom},
			Max: vg.Point{X: toX(from + share), Y: top}}
		c.SetColor(b.fills[i])
		c.Fill(rect.Path())
		from += share
		if share > 0.01 && from < 0.999 {
			c.StrokeLine2(draw.LineStyle{Color: paper, Width: 0.4}, toX(from), bottom,
				toX(from), top)
		}
	}
	write(c, totalStyle, vg.Point{X: toX(1) + 3, Y: (top + bottom) / 2}, b.total)
}
