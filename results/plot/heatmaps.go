package plot

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"tlslab/results/table"
	"tlslab/results/table/number"
)

// heatmaps draws the headline metric's ratio to the baseline over two factors: a figure for the
// median and one for p95. There is a panel for each combination of the other factors.
func (set *Set) heatmaps() ([]Figure, []Omitted) {
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
	m := set.headline()
	baseline := table.BaselineTitle(h)
	var figures []Figure
	for _, of := range heatmapStatistics {
		for _, on := range pages {
			data := set.effectsData()
			g, states := set.heatmapPage(l, y, on, of, scale, data)
			if len(states) == 0 || len(states) == 1 && states[noRatio] {
				omitted = append(omitted, Omitted{figure + on.name, "no " + of.name + " has a ratio to that of its baseline"})
				continue
			}
			g.title = fmt.Sprintf("Ratio of the %s of %s to the baseline (%s)%s", of.name, m.Name, baseline, with(on))
			caption := fmt.Sprintf("%s of %s, divided by that of the baseline (%s). %s %s",
				capital(of.name), m.Name, baseline, scale.meaning(),
				marksMeaning(states, number.Percent(h.Compare.Margin)))
			f := g.figure(caption+set.unreached(set.metric), data.done)
			f.Name = "ratio-" + fileName(m.Name) + on.name + "-" + of.name
			figures = append(figures, f)
		}
	}
	return figures, omitted
}

// heatmapStatistics are the statistics of which heatmaps are drawn.
var heatmapStatistics = []statistic{median, p95}

// heatmapLayout selects the factors of both axes; y is nil if there are too few. Two compared
// levels make one ratio, drawn over two other factors. More compared levels are an axis themselves,
// and one other factor is the other axis.
func (set *Set) heatmapLayout() (l layout, y *factor) {
	compared, rest, _ := split(set.summary, everyCell(set.summary))
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
	less := &factor{index: f.index, name: f.name, numeric: f.numeric, baseline: -1}
	for i, other := range f.levels {
		if other == level {
			continue
		}
		less.levels = append(less.levels, other)
		less.titles = append(less.titles, f.titles[i])
	}
	return less
}

// heatmapPage makes a page, and returns the states of its boxes.
func (set *Set) heatmapPage(l layout, y *factor, on page, of statistic, scale diverging, data *dataBuilder) (*grid, map[boxState]bool) {
	x, up := levelsAxis(l.x), levelsAxis(y)
	if !y.numeric { // names read from top to bottom, quantities grow upwards
		up.scale = plot.InvertedScale{Normalizer: up.scale}
	}
	tiles, rows := l.tiles(on)
	g := &grid{rows: rows, xTitle: l.x.name, yTitle: y.name, keyTitle: "ratio"}
	g.panelHeight = g.besideTitles(max(48, 22*vg.Length(len(y.levels))))
	states := map[boxState]bool{}
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			h := heatmap{scale: scale}
			for i := range l.x.levels {
				for j := range y.levels {
					cell := set.other(l, t.pick.with(l.x, i).with(y, j))
					if cell < 0 || set.summary.Row(cell, set.metric).VsBaseline == nil {
						continue
					}
					set.addEffect(data, cell, of)
					e := set.summary.Row(cell, set.metric).VsBaseline.At(of.effect)
					h.boxes = append(h.boxes, box{i, j, e.Ratio.Value, state(e)})
					states[state(e)] = true
				}
			}
			panels = append(panels, &panel{title: t.title, x: x, y: up, plotters: []plot.Plotter{h}})
		}
		g.panels = append(g.panels, panels)
	}
	g.keys = scale.keys(states)
	g.fitLevels(x)
	return g, states
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
