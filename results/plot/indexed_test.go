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

// farthest is the largest difference in a channel between two images.
func farthest(a, b image.Image) int {
	d := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA), color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			for _, c := range [][2]uint8{{p.R, q.R}, {p.G, q.G}, {p.B, q.B}, {p.A, q.A}} {
				d = max(d, int(c[0])-int(c[1]), int(c[1])-int(c[0]))
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
		if d := farthest(img, withPalette(img)); d != 0 {
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
	if d := farthest(img.SubImage(image.Rect(0, 0, 256, 100)), p); d != 0 {
		t.Errorf("the colour of an area changes by %d", d)
	}
	if d := farthest(img, p); d == 0 || d > 40 {
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
	for _, f := range figures {
		var b bytes.Buffer
		if err := f.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		width, height := f.size()
		if got.Bounds() != image.Rect(0, 0, 2160, int(height.Dots(300)+0.5)) || width.Dots(300) != 2160 {
			t.Errorf("%s: %v pixels for %v × %v points", f.Name, got.Bounds(), width, height)
		}
		if d := farthest(f.raster(), got); d > 32 {
			t.Errorf("%s: a colour changes by %d in the palette", f.Name, d)
		}
	}
}
