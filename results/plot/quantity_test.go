package plot

import (
	"slices"
	"testing"
)

func TestQuantitiesAreReadFromLevels(t *testing.T) {
	for _, c := range []struct {
		levels []string
		want   []float64
	}{
		{[]string{"100us", "5ms", "1s"}, []float64{1e5, 5e6, 1e9}},
		{[]string{"0%", "0.1%", "5%"}, []float64{0, 0.001, 0.05}},
		{[]string{"16KiB", "1300B", "1kB"}, []float64{16384, 1300, 1000}},
		{[]string{"5mbit", "1gbit"}, []float64{5e6, 1e9}},
		{[]string{"1", "4"}, []float64{1, 4}},
		{[]string{"1.2", "1.3"}, nil},           // versions
		{[]string{"full", "resumed"}, nil},      // names
		{[]string{"5ms", "1%"}, nil},            // of two kinds
		{[]string{"1kB", "1000B"}, nil},         // twice the same
		{[]string{"gemodel 1% 20%", "1%"}, nil}, // more than a quantity
		{[]string{""}, nil},
	} {
		if got, _ := quantities(c.levels); !slices.Equal(got, c.want) {
			t.Errorf("%q are read as %v, want %v", c.levels, got, c.want)
		}
	}
}
