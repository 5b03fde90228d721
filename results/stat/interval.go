package stat

import (
	"encoding/json"
	"math"
	"strconv"
)

// Confidence is the confidence level of every interval of the lab.
const Confidence = 0.95

// Interval is an estimate with its two-sided 95 % confidence interval. NaN means that the number
// does not exist, because nothing was observed. ±Inf is a side on which the data give no bound.
type Interval struct {
	Value, Lo, Hi float64
}

// None is the interval of an estimate that does not exist.
var None = Interval{math.NaN(), math.NaN(), math.NaN()}

// Point is the interval of a value that is known exactly.
func Point(v float64) Interval { return Interval{v, v, v} }

// unbounded is an estimate whose interval the data do not bound on either side.
func unbounded(v float64) Interval { return Interval{v, math.Inf(-1), math.Inf(1)} }

// MarshalJSON writes {"value":…,"low":…,"high":…}, with null for NaN and ±Inf.
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value *float64 `json:"value"`
		Lo    *float64 `json:"low"`
		Hi    *float64 `json:"high"`
	}{Finite(i.Value), Finite(i.Lo), Finite(i.Hi)})
}

// Finite returns a pointer to Rounded(v), or nil if v is NaN or infinite. encoding/json writes nil
// as null.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = Rounded(v)
	return &v
}

// Rounded returns v rounded to 12 significant digits; integers stay as they are. Further digits
// depend on the machine, because some processors round a multiplication and an addition together.
func Rounded(v float64) float64 {
	if v == math.Trunc(v) || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	text := strconv.FormatFloat(v, 'e', 11, 64)
	rounded, _ := strconv.ParseFloat(text, 64) // text is valid
	return rounded
}
