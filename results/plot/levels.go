package plot

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// levelsAxis is an axis with a tick at each level. Levels are one step apart, so that there is room
// for the points of each level.
func levelsAxis(f *factor) *axis {
	a := &axis{min: -0.5, max: float64(len(f.levels)) - 0.5, scale: plot.LinearScale{}}
	for i, name := range f.levels {
		a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: name})
	}
	return a
}

// slot is the width of the slot of a level on an axis of this length.
func (a *axis) slot(length vg.Length) vg.Length { return length / vg.Length(a.max-a.min) }

// minSlotWidth is the smallest width of a level's slot in which tilted labels do not touch.
const minSlotWidth = 10.5

// fitLevels prevents the labels of levels on the shared x axis from touching. It tilts labels that
// are wider than their level, or turns them upright if a column of panels ends above others, so
// that tilted labels would reach into the panel to the left. If even tilted labels would touch, it
// keeps the tick of every n-th level, beginning with the first.
func (g *grid) fitLevels(x *axis) {
	slot := x.slot(g.panelWidth())
	for _, t := range x.ticks {
		if widthOf(t.Label) > slot-4 {
			g.tilt = tilted
		}
	}
	if g.tilt == 0 {
		return
	}
	if len(g.panels[len(g.panels)-1]) < g.columns() {
		g.tilt = upright
	}
	slot = x.slot(g.panelWidth()) // narrower now, since tilted labels need room at the left
	every := max(1, int(math.Ceil(float64(minSlotWidth/slot))))
	var kept []plot.Tick
	for i := 0; i < len(x.ticks); i += every {
		kept = append(kept, x.ticks[i])
	}
	x.ticks = kept
}
