package plot

import "testing"

func TestPathsAreShortAndTheSame(t *testing.T) {
	for data, want := range map[string]string{
		"M1.2345,6L1.2345,7.999L3,8L4,9":   "M1.23 6V8H3L4 9",
		"M10,20L10,20L30.001,20.004Z":      "M10 20H30Z",
		"M0,0Q1,2,3,4C1,2,3,4,5.555,-6.1Z": "M0 0Q1 2 3 4C1 2 3 4 5.56 -6.1Z",
		"M1e-05,3L1.5e+02,3":               "M0 3H150",
	} {
		if got := shortPath(data); got != want {
			t.Errorf("%s becomes %s, want %s", data, got, want)
		}
	}
}
