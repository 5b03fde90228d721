package stat

import (
	"math"
	"sync"

	moremath "github.com/aclements/go-moremath/stats"
	"github.com/montanaflynn/stats"
)

// Description is a sample's mean, spread and range. Quantiles are apart: see Quantile.
type Description struct {
	// Mean is the mean with Student's t interval, which assumes that the mean is nearly normally
	// distributed.
	Mean Interval
	// SD is the standard deviation of the sample, with n−1 in the denominator. NaN: fewer than two
	// observations.
	SD       float64
	Min, Max float64
}

// Describe describes data in ascending order. Without data every field is NaN.
func Describe(sorted []float64) Description {
	n := len(sorted)
	if n == 0 {
		return Description{Mean: None, SD: math.NaN(), Min: math.NaN(), Max: math.NaN()}
	}
	d := Description{SD: math.NaN(), Min: sorted[0], Max: sorted[n-1]}
	if n == 1 {
		d.Mean = unbounded(sorted[0])
		return d
	}
	if d.Min == d.Max { // the sum of a constant column would be rounded
		d.Mean, d.SD = Point(d.Min), 0
		return d
	}
	mean, _ := stats.Mean(sorted) // the error is for no data only
	d.SD, _ = stats.StandardDeviationSample(sorted)
	half := tQuantile(n-1) * d.SD / math.Sqrt(float64(n))
	d.Mean = Interval{mean, mean - half, mean + half}
	return d
}

// tQuantiles caches the results of tQuantile by degrees of freedom.
var tQuantiles sync.Map

// tQuantile returns the (1 + Confidence)/2 quantile of Student's t distribution with this many
// degrees of freedom.
func tQuantile(freedom int) float64 {
	if known, ok := tQuantiles.Load(freedom); ok {
		return known.(float64)
	}
	t := -moremath.InvCDF(moremath.TDist{V: float64(freedom)})((1 - Confidence) / 2)
	tQuantiles.Store(freedom, t)
	return t
}
