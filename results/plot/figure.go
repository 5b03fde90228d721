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
	svg  func() []byte // draws at the first call
}

// newFigure returns a figure that the function drawing draws.
func newFigure(name, title, caption string, size func() (w, h vg.Length), drawing func(draw.Canvas)) Figure {
	f := Figure{Name: name, Title: title, Caption: caption, size: size, draw: drawing}
	f.svg = sync.OnceValue(f.drawSVG)
	return f
}
