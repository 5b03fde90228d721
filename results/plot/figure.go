package plot

import (
	"sync"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is a figure to be drawn. Its methods may be called concurrently.
type Figure struct {
	// Name is the name of the file without extension: "quantiles-handshake".
	Name string
	// Title is one line. Caption says in whole sentences what the figure shows and how to read it.
	Title, Caption string

	size func() (w, h vg.Length)
	draw func(draw.Canvas)
	data func() Data
	svg  *onceSVG
}

// onceSVG draws an SVG document at the first call.
type onceSVG struct {
	once     sync.Once
	document []byte
}

// newFigure returns a figure without a name that the function drawing draws.
func newFigure(title, caption string, size func() (w, h vg.Length), drawing func(draw.Canvas), data func() Data) Figure {
	return Figure{Title: title, Caption: caption, size: size, draw: drawing, data: data, svg: new(onceSVG)}
}

// Size returns the width and the height of the figure.
func (f Figure) Size() (w, h vg.Length) { return f.size() }

// Draw draws the figure on a canvas of its size, without a background.
func (f Figure) Draw(c draw.Canvas) { f.draw(c) }

// Data returns the numbers that the figure shows.
func (f Figure) Data() Data { return f.data() }
