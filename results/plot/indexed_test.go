package plot

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

// painted is an image whose pixels a function gives.
func painted(width, height int, colour func(x, y int) color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, colour(x, y))
		}
	}
	return img
}

// farthest is the largest difference in a channel between an image and its copy with a palette, in
// the given rows.
func farthest(img *image.RGBA, p *image.Paletted, from, to int) int {
	d := 0
	for y := from; y < to; y++ {
		for x := range img.Rect.Dx() {
			c := p.Palette[p.Pix[y*p.Stride+x]].(color.RGBA)
			for i, v := range [4]uint8{c.R, c.G, c.B, c.A} {
				was := img.Pix[y*img.Stride+4*x+i]
				d = max(d, int(v)-int(was), int(was)-int(v))
			}
		}
	}
	return d
}

func TestAnImageOfFewColoursKeepsEachOfThem(t *testing.T) {
	for name, img := range map[string]*image.RGBA{
		"one colour":   painted(5, 3, func(int, int) color.RGBA { return ink }),
		"one pixel":    painted(1, 1, func(int, int) color.RGBA { return ink }),
		"256 greys":    painted(16, 16, func(x, y int) color.RGBA { v := uint8(16*y + x); return color.RGBA{v, v, v, 255} }),
		"similar rows": painted(300, 9, func(x, y int) color.RGBA { return color.RGBA{uint8(x / 7), uint8(y / 4), 9, 255} }),
		"no pixels":    painted(0, 0, nil),
	} {
		if d := farthest(img, withPalette(img), 0, img.Rect.Dy()); d != 0 {
			t.Errorf("%s: a colour changes by %d", name, d)
		}
	}
}

func TestRareColoursBecomeSimilarOnesAndFrequentOnesStay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	// Areas of 100 colours, and edges in all shades between 12 pairs of them.
	area := make([]color.RGBA, 100)
	for i := range area {
		area[i] = color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
	}
	img := painted(256, 120, func(x, y int) color.RGBA {
		if y < 100 {
			return area[y]
		}
		return mix(area[y%12], area[y%12+12], float64(x)/255)
	})
	p := withPalette(img)
	if len(p.Palette) > 256 {
		t.Fatalf("%d colours", len(p.Palette))
	}
	if d := farthest(img, p, 0, 100); d != 0 {
		t.Errorf("the colour of an area changes by %d", d)
	}
	if d := farthest(img, p, 0, 120); d == 0 || d > 40 {
		t.Errorf("a shade of an edge changes by %d", d)
	}
}

func TestAnyImageFitsAPalette(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	img := painted(300, 300, func(int, int) color.RGBA {
		return color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
	})
	if n := len(withPalette(img).Palette); n > 256 {
		t.Errorf("%d colours", n)
	}
}

func TestPNGFilesHave300DotsAnInchAndWhatWasDrawn(t *testing.T) {
	figures, _ := figuresOf(handshakes())
	for _, f := range figures[:1] {
		var b bytes.Buffer
		if err := f.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		width, height := f.size()
		if got.Bounds() != image.Rect(0, 0, 2160, int(height.Dots(300)+0.5)) ||
			width.Dots(300) != 2160 {
			t.Errorf("%s: %v pixels for %v × %v points", f.Name, got.Bounds(), width, height)
		}
		if d := farthest(f.raster(), got.(*image.Paletted), 0, got.Bounds().Dy()); d > 32 {
			t.Errorf("%s: a colour changes by %d in the palette", f.Name, d)
		}
	}
}
