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

// slot is the room of a level on an axis of this length.
func (a *axis) slot(length vg.Length) vg.Length { return length / vg.Length(a.max-a.min) }

// narrowest is the smallest room of a level in which tilted labels do not touch.
const narrowest = 10.5

// fitLevels prevents the labels of levels from touching, and reports whether they must be tilted.
// If even tilted labels would touch, it keeps every n-th label, beginning with the first.
func (a *axis) fitLevels(r room) (tilted bool) {
	slot := a.slot(r.length)
	for _, t := range a.ticks {
		tilted = tilted || r.label(t.Label) > slot-4
	}
	if !tilted || slot >= narrowest {
		return tilted
	}
	every := int(math.Ceil(narrowest / float64(slot)))
	var kept []plot.Tick
	for i := 0; i < len(a.ticks); i += every {
		kept = append(kept, a.ticks[i])
	}
	a.ticks = kept
	return true
}
