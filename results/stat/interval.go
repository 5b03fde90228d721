package stat

import (
	"encoding/json"
	"math"
	"strconv"
)

// Confidence is the level of every interval of the lab.
const Confidence = 0.95

// Interval is an estimate with its two-sided 95 % confidence interval. NaN stands for "no such number" (nothing was
// observed), ±Inf for a side on which the data set no bound.
type Interval struct {
	Value, Lo, Hi float64
}

// None is the interval of an estimate that does not exist.
var None = Interval{math.NaN(), math.NaN(), math.NaN()}

// Point is the interval of a value that is known exactly.
func Point(v float64) Interval { return Interval{v, v, v} }

// unbounded is an estimate of which the data say nothing more.
func unbounded(v float64) Interval { return Interval{v, math.Inf(-1), math.Inf(1)} }

// MarshalJSON writes {"value":…,"lo":…,"hi":…} with null for what is not a finite number.
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value *float64 `json:"value"`
		Lo    *float64 `json:"lo"`
		Hi    *float64 `json:"hi"`
	}{Finite(i.Value), Finite(i.Lo), Finite(i.Hi)})
}

// Finite returns a pointer to v as files have it (see Rounded), or nil where v is NaN or infinite: what encoding/json
// writes as null.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = Rounded(v)
	return &v
}

// Rounded returns v with 12 significant digits, or as it is where it is an integer. The digits beyond are no knowledge,
// and they depend on the machine: some fuse a multiplication and an addition into one rounding.
func Rounded(v float64) float64 {
	if v == math.Trunc(v) || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 11, 64), 64) // what FormatFloat wrote
	return rounded
}
