package gate

import (
	"fmt"
	"math"
	"strconv"

	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/table/number"
)

// Check is one comparison that one expression judges.
type Check struct {
	Expression *Expression
	// Row names the cell or the benchmark, Column the compared input.
	Row, Column string
	// Metric is the metric's name, or the unit of a benchmark; Unit is the unit of its values.
	Metric, Unit string
	// OldValue and NewValue are the statistic of both sides, or the shares of failures.
	OldValue, NewValue float64
	// OldN and NewN are the numbers of values of both sides.
	OldN, NewN int
	// Change is the relative change of the statistic (0.03 for 3 % more) if the expression is
	// relative, the difference of the shares for Failed, else the difference in Unit.
	Change stat.Interval
	// P is the p-value of the null hypothesis that nothing changed. It is NaN without a test,
	// for example if both sides are known exactly.
	P float64
	// Missing says what one side lacks, if the two sides cannot be compared.
	Missing string
	// Note says why there is no interval, if more data would give one.
	Note string
	// Differing of Compared values are not the same. Only Changed looks at them.
	Differing, Compared int

	// PHolm and Outcome are set by Judge, and so is Reason: a sentence about an Outcome that fails.
	PHolm   float64
	Outcome Outcome
	Reason  string
}

// Outcome is the result of a check.
type Outcome string

// The outcomes. All but Passed fail the gate.
const (
	// Passed: the interval does not reach beyond the amount.
	Passed Outcome = "passed"
	// Exceeded: the whole interval is beyond the amount, and the change is significant.
	Exceeded Outcome = "exceeded"
	// NotEnoughData: the interval contains the amount or has no bound, or the change is not
	// significant.
	NotEnoughData Outcome = "not enough data"
	// Missing: one side lacks the comparison.
	Missing Outcome = "missing"
)

// Judge sets PHolm and the outcome of all checks of one gate. Holm's correction is over all of
// them.
//
// A check exceeds its amount if both bounds of the interval are beyond it, and PHolm is below
// effect.Alpha. It passes if no bound is beyond the amount; a bound that equals the amount passes.
// Otherwise there is not enough data to tell. Values that are known exactly need no test. The
// relative change from 0 is infinite.
func Judge(checks []Check) {
	ps := make([]float64, len(checks))
	for i := range checks {
		c := &checks[i]
		ps[i] = c.P
		if c.Missing != "" || c.Expression.Kind == Changed {
			ps[i] = math.NaN()
		}
	}
	for i, p := range stat.Holm(ps) {
		checks[i].PHolm = p
		checks[i].judge()
	}
}

func (c *Check) judge() {
	e := c.Expression
	near, far := c.Change.Lo, c.Change.Hi
	if !e.Above {
		near, far = -far, -near
	}
	// Rounded, because 103/100 − 1 is a little more than 0.03.
	near, far = stat.Rounded(near), stat.Rounded(far)
	bound := stat.Rounded(math.Abs(e.Amount) / c.perUnit())
	switch {
	case c.Missing != "":
		c.Outcome, c.Reason = Missing, c.Missing
	case e.Kind == Changed && c.Differing > 0:
		c.Outcome, c.Reason = Exceeded, fmt.Sprintf("%s of %s values differ", number.Count(c.Differing), number.Count(c.Compared))
	case e.Kind == Changed:
		c.Outcome = Passed
	case math.IsNaN(c.Change.Value) || math.IsNaN(near) || math.IsNaN(far):
		c.Outcome, c.Reason = NotEnoughData, c.thin("the change has no number")
	case near > bound && !(c.PHolm >= effect.Alpha):
		c.Outcome, c.Reason = Exceeded, c.change()
	case near > bound:
		c.Outcome, c.Reason = NotEnoughData, c.thin(c.change()+" is beyond the threshold, but not significant")
	case far <= bound:
		c.Outcome = Passed
	default:
		c.Outcome, c.Reason = NotEnoughData, c.thin("the threshold is inside "+c.interval())
	}
}

// perUnit is what one unit of Change is in the base unit of the expression's amount.
func (c *Check) perUnit() float64 {
	if c.Expression.Class == Relative {
		return 1
	}
	factor, _ := MetricUnit(c.Unit)
	return factor
}

func (c *Check) thin(reason string) string {
	if c.Note != "" {
		reason = c.Note
	}
	return fmt.Sprintf("not enough data to tell (n = %s and %s): %s", number.Count(c.OldN), number.Count(c.NewN), reason)
}

// change writes the change with its interval and its p-value: "+33 % [+31 %, +36 %], p (Holm)
// <0.001".
func (c *Check) change() string {
	text := c.interval()
	if !math.IsNaN(c.PHolm) {
		text += ", p (Holm) " + number.Probability(c.PHolm)
	}
	return text
}

// interval writes the change with its interval.
func (c *Check) interval() string {
	text := c.Amount(c.Change.Value)
	if c.Change.Lo != c.Change.Value || c.Change.Hi != c.Change.Value {
		text += fmt.Sprintf(" [%s, %s]", c.Amount(c.Change.Lo), c.Amount(c.Change.Hi))
	}
	return text
}

// Amount writes a change in the unit of the expression: "+33 %", "−2 ms", "+0.4 points".
func (c *Check) Amount(v float64) string {
	switch {
	case c.Expression.Kind == Failed:
		return Signed(v, fmt.Sprintf("%.3g", 100*math.Abs(v))) + " points"
	case c.Expression.Class == Relative:
		return Percent(v)
	}
	return Signed(v, number.Value(math.Abs(v), c.Unit))
}

// Percent writes a relative change with its sign: "+33 %", "−0.0004 %". A change below 0.005 % has
// one digit that is not 0, since "<0.01 %" cannot have a sign.
func Percent(change float64) string {
	a := 100 * math.Abs(change)
	if a == 0 || a >= 0.005 || math.IsNaN(a) {
		return Signed(change, number.Percent(math.Abs(change)))
	}
	digits := int(math.Ceil(-math.Log10(a)))
	return Signed(change, strconv.FormatFloat(a, 'f', digits, 64)+" %")
}

// Signed puts the sign of v before the text of its magnitude. A v of 0 gets no sign.
func Signed(v float64, magnitude string) string {
	switch {
	case v > 0:
		return "+" + magnitude
	case v < 0:
		return "−" + magnitude
	}
	return magnitude
}
