package plot

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/table"
	"tlslab/results/table/number"
)

// ratios draws a heatmap of the headline metric's ratio to the baseline over two factors. There is
// a panel for each combination of the other factors.
func (set *Set) ratios() ([]Figure, []Omitted) {
	const figure = "ratio"
	h := set.summary.Header
	if h.Compare == nil {
		return nil, []Omitted{{figure, "the scenario has no comparison"}}
	}
	l, y := set.heatmapLayout()
	if y == nil {
		return nil, []Omitted{{figure, "a heatmap needs two factors beside the compared one, " +
			"or one factor and more than two compared levels"}}
	}
	pages, left := l.paged()
	var omitted []Omitted
	if left > 0 {
		omitted = append(omitted, tooMany(figure, left, l))
	}
	scale := set.diverging()
	if scale.empty {
		return nil, []Omitted{{figure, "no cell has a ratio to its baseline"}}
	}
	m := &h.Metrics[set.metric]
	baseline := table.BaselineTitle(h)
	var figures []Figure
	for _, on := range pages {
		g := set.ratioPage(l, y, on, scale)
		g.title = fmt.Sprintf("Ratio of %s to the baseline (%s)%s", m.Name, baseline, with(on))
		colours := map[int]string{
			-1: "Blue is lower and better, orange is higher and worse.",
			0:  "Blue is lower, orange is higher.",
			+1: "Blue is higher and better, orange is lower and worse.",
		}[m.Better]
		caption := fmt.Sprintf("Ratio of %s to the baseline (%s), as in the table. %s "+
			"The mark = means \"same\" (within %s), ? means \"undecided\".",
			m.Name, baseline, colours, number.Percent(h.Compare.Margin))
		figures = append(figures, g.figure("ratio-"+fileName(m.Name)+on.name, caption))
	}
	return figures, omitted
}

// heatmapLayout selects the factors of both axes; y is nil if there are too few. Two compared
// levels make one ratio, drawn over two other factors. More compared levels are an axis themselves,
// and one other factor is the other axis.
func (set *Set) heatmapLayout() (l layout, y *factor) {
	compared, rest := split(set.summary)
	if compared == nil {
		return l, nil
	}
	l.colour = compared
	l.x, rest = take(rest, best(rest))
	if len(compared.levels) > 2 {
		y = compared.without(set.summary.Header.Compare.Baseline)
	} else {
		y, rest = take(rest, best(rest))
	}
	if l.x == nil {
		return l, nil
	}
	const mostBoxes = 17 // side by side, each wide enough for a ratio and its mark
	l.spread(rest, max(1, min(4, mostBoxes/len(l.x.levels))), mostRows)
	return l, y
}

// without returns the factor without a level.
func (f *factor) without(level string) *factor {
	less := &factor{index: f.index, name: f.name}
	for i, other := range f.levels {
		if other == level {
			continue
		}
		less.levels, less.shown = append(less.levels, other), append(less.shown, f.shown[i])
		if f.numeric() {
			less.values = append(less.values, f.values[i])
		}
	}
	return less
}

func (set *Set) ratioPage(l layout, y *factor, on page, colours diverging) *grid {
	x, _ := levelsAxis(named(l.x))
	up, _ := levelsAxis(named(y))
	if !y.numeric() { // names read from top to bottom, quantities grow upwards
		up.scale = plot.InvertedScale{Normalizer: up.scale}
	}
	tiles, rows := l.tiles(on)
	g := &grid{rows: rows, xTitle: l.x.name, yTitle: y.name, keys: colours.keys(),
		keyTitle: "ratio"}
	g.panelHeight = g.besideTitles(max(48, 22*vg.Length(len(y.levels))))
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			p := &panel{title: t.title, x: x, y: up}
			p.plotters = append(p.plotters, set.heatmap(l, y, t.pick, colours))
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	g.tilted = x.fitLabels(room{g.panelWidth(), widthOf}, false)
	return g
}

// named returns the factor as names one step apart; levels that are quantities are sorted.
func named(f *factor) *factor {
	even := *f
	if f.numeric() {
		sorted := slices.Sorted(slices.Values(f.values))
		even.levels, even.shown, even.values = nil, nil, nil
		for _, v := range sorted {
			i := slices.Index(f.values, v)
			even.levels, even.shown = append(even.levels, f.levels[i]), append(even.shown, f.shown[i])
		}
	}
	return &even
}

// heatmap is a panel of coloured boxes with texts. It is a plot.Plotter.
type heatmap struct{ boxes []box }

type box struct {
	x, y  int
	fill  color.Color
	words string
}

func (set *Set) heatmap(l layout, y *factor, at pick, colours diverging) heatmap {
	x, up := named(l.x), named(y)
	var h heatmap
	for i := range x.levels {
		for j := range up.levels {
			cell := set.other(l, at.with(x, i).with(up, j))
			if cell < 0 {
				continue
			}
			if b, ok := colours.box(set.summary.Row(cell, set.metric)); ok {
				b.x, b.y = i, j
				h.boxes = append(h.boxes, b)
			}
		}
	}
	return h
}

// other returns the cell that is compared with its baseline. If no compared level is picked, there
// are two levels, and it is the level that is not the baseline.
func (set *Set) other(l layout, at pick) int {
	for _, choice := range at {
		if choice.factor.index == l.colour.index {
			return set.cell(at)
		}
	}
	for i, level := range l.colour.levels {
		if level != set.summary.Header.Compare.Baseline {
			return set.cell(at.with(l.colour, i))
		}
	}
	return -1
}

// Plot implements plot.Plotter.
func (h heatmap) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	style := aligned(label(tickSize, heatInk, false), draw.XCenter, draw.YCenter)
	for _, b := range h.boxes {
		y := []vg.Length{toY(float64(b.y) - 0.5), toY(float64(b.y) + 0.5)}
		rect := vg.Rectangle{
			Min: vg.Point{X: toX(float64(b.x)-0.5) + 0.5, Y: slices.Min(y) + 0.5},
			Max: vg.Point{X: toX(float64(b.x)+0.5) - 0.5, Y: slices.Max(y) - 0.5},
		}
		c.SetColor(b.fill)
		c.Fill(rect.Path())
		s := style
		if dark(b.fill) {
			s.Color = heatPaper
		}
		write(c, s, vg.Point{X: (rect.Min.X + rect.Max.X) / 2, Y: (rect.Min.Y + rect.Max.Y) / 2},
			fit(s, b.words, rect.Max.X-rect.Min.X))
	}
}
