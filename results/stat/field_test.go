package stat

import (
	"math"
	"testing"
)

func TestFieldsAreReadByOtherPrograms(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {1.5e9, "1500000000"}, {0.1 + 0.2, "0.3"}, {2.5e-7, "2.5e-07"},
		{math.Inf(1), "Inf"}, {math.Inf(-1), "-Inf"}, {math.NaN(), ""},
	} {
		if got := Field(test.v); got != test.want {
			t.Errorf("%v is written %q, want %q", test.v, got, test.want)
		}
	}
}
