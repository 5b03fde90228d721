package plot

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
)

// A palette has at most mostColours, since a pixel is a byte. The exactColours most frequent
// colours of an image, which include those of all filled areas, are in the palette unchanged.
const (
	mostColours  = 256
	exactColours = 128
)

// withPalette returns a copy of an opaque image with a palette. An image of at most 256 colours
// keeps them all. An image with more colours has them at the edges of lines and letters: similar
// rare colours are joined.
func withPalette(img *image.RGBA) *image.Paletted {
	rows := rowsOf(img)
	palette, index := rows.palette()
	p := image.NewPaletted(img.Rect, nil)
	for _, c := range palette {
		p.Palette = append(p.Palette, c)
	}
	width := img.Rect.Dx()
	for y, first := range rows.like {
		row := p.Pix[y*width:][:width]
		if first != y {
			copy(row, p.Pix[first*width:])
			continue
		}
		x := 0
		for _, r := range rows.runs[rows.begin[y]:rows.begin[y+1]] {
			at := index[r.colour]
			for i := range row[x : x+int(r.length)] {
				row[x+i] = at
			}
			x += int(r.length)
		}
	}
	return p
}

// rows is an image as runs of pixels of the same colour. Many rows of a figure equal the row above.
type rows struct {
	like    []int // for each row, the first of the equal rows that it belongs to
	begin   []int // for each row, where its runs begin; one more element is the end of the last row
	runs    []run // of the first row of each group of equal rows
	colours []pixelColour
}

// run is a number of neighbouring pixels of the same colour, an index into rows.colours.
type run struct{ colour, length uint32 }

// pixelColour is a colour of an image and the number of its pixels.
type pixelColour struct {
	value  [3]uint8
	pixels int
}

func rowsOf(img *image.RGBA) *rows {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	r := &rows{
		like: make([]int, height), begin: make([]int, 1, height+1),
		runs: make([]run, 0, 100*height), // enough for most figures
	}
	number := map[uint32]int{}
	row := func(y int) []uint8 { return img.Pix[y*img.Stride:][:4*width] }
	for y := 0; y < height; {
		equal := 1
		for y+equal < height && bytes.Equal(row(y), row(y+equal)) {
			equal++
		}
		r.add(row(y), equal, number)
		for i := range equal {
			r.like[y+i] = y
			r.begin = append(r.begin, len(r.runs))
		}
		y += equal
	}
	return r
}

// add adds the runs of a row that occurs equal times. number holds the index of each colour.
func (r *rows) add(row []uint8, equal int, number map[uint32]int) {
	for x := 0; x < len(row); {
		c := binary.LittleEndian.Uint32(row[x:])
		begin := x
		twice := uint64(c)<<32 | uint64(c)
		for x += 4; x+8 <= len(row) && binary.LittleEndian.Uint64(row[x:]) == twice; x += 8 {
		}
		for x < len(row) && binary.LittleEndian.Uint32(row[x:]) == c {
			x += 4
		}
		n, known := number[c]
		if !known {
			n = len(r.colours)
			number[c] = n
			r.colours = append(r.colours, pixelColour{value: [3]uint8(row[begin:])})
		}
		length := (x - begin) / 4
		r.colours[n].pixels += length * equal
		r.runs = append(r.runs, run{uint32(n), uint32(length)})
	}
}

// palette returns the palette of the image and, for each colour of the image, its index in the
// palette.
func (r *rows) palette() (palette []color.RGBA, index []uint8) {
	order := make([]int, len(r.colours))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(r.colours[b].pixels, r.colours[a].pixels), cmp.Compare(a, b))
	})
	exact := min(exactColours, len(order))
	for edge := 1; ; edge++ {
		palette, index = r.gather(order, exact, edge)
		if len(palette) <= mostColours {
			return palette, index
		}
	}
}

// gather divides the cube of all colours into small cubes of the given edge. A rare colour becomes
// the most frequent colour of its small cube, so each channel changes by less than the edge. The
// palette has more than mostColours if the edge is too small.
func (r *rows) gather(order []int, exact, edge int) (palette []color.RGBA, index []uint8) {
	index = make([]uint8, len(order))
	inCube := map[[3]uint8]uint8{}
	for rank, i := range order {
		v := r.colours[i].value
		cube := [3]uint8{v[0] / uint8(edge), v[1] / uint8(edge), v[2] / uint8(edge)}
		at, taken := inCube[cube]
		if rank < exact || !taken {
			if len(palette) == mostColours {
				return append(palette, color.RGBA{}), nil
			}
			palette = append(palette, color.RGBA{v[0], v[1], v[2], 0xFF})
			index[i] = uint8(len(palette) - 1)
			if !taken {
				inCube[cube] = index[i]
			}
			continue
		}
		index[i] = at
	}
	return palette, index
}
