package gate

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tlslab/results/effect"
	"tlslab/results/stat"
)

// Kind is what an expression looks at.
type Kind uint8

// The kinds.
const (
	Quantile Kind = iota // p50(…), p99.9(…), median(…)
	Mean                 // mean(…)
	Failed               // failed(…): share of replicates that did not reach the metric
	Changed              // changed(…): whether any value differs
)

// Class is the class of a unit. Amounts of one class are multiples of the same base unit.
type Class uint8

// The classes, with their base units.
const (
	Plain     Class = iota // a count, or a unit that this package does not know
	Relative               // a fraction of the old value; percentage points for Failed
	Seconds                // s
	Bytes                  // B
	ByteRates              // B/s
)

// Expression is one condition under which a comparison fails: STATISTIC(METRIC) > AMOUNT, or the
// same with <, or changed(METRIC).
type Expression struct {
	Text string // as it was given, without blanks around it
	Kind Kind
	Q    float64 // of a Quantile: 0.95 for p95
	// Metric is the name of a metric or the unit of a benchmark. It may contain the wildcards of
	// path.Match, where * matches slashes too. For Failed it may be empty: the outcome counts.
	Metric string
	// Above says that the expression is met above the amount; otherwise it is met below.
	Above bool
	// Amount is the threshold in the base unit of Class: at least 0 if Above, else at most 0. A
	// change of 3 % is 0.03.
	Amount float64
	Class  Class
}

// SyntaxError is a mistake in an expression.
type SyntaxError struct {
	Text   string // the expression
	Offset int    // of the mistake, in bytes
	Reason string
}

// Error returns the reason, the expression and a caret below the mistake.
func (e *SyntaxError) Error() string {
	column := utf8.RuneCountInString(e.Text[:min(e.Offset, len(e.Text))])
	return fmt.Sprintf("%s\n\t%s\n\t%s^", e.Reason, e.Text, strings.Repeat(" ", column))
}

// Statistic is the name of the statistic: "p95", "mean", "failed", "changed".
func (e *Expression) Statistic() string {
	switch e.Kind {
	case Mean:
		return "mean"
	case Failed:
		return "failed"
	case Changed:
		return "changed"
	}
	return "p" + strconv.FormatFloat(math.Round(e.Q*100*1e9)/1e9, 'g', -1, 64)
}

// Change returns the change that the expression's amount bounds: the relative change, ratio − 1, if
// the expression is relative, else the difference.
func (e *Expression) Change(found *effect.Effect) stat.Interval {
	if e.Class != Relative {
		return found.Diff
	}
	r := found.Ratio
	return stat.Interval{Value: r.Value - 1, Lo: r.Lo - 1, Hi: r.Hi - 1}
}

// Matches reports whether the expression is about the metric of that name.
func (e *Expression) Matches(metric string) bool {
	hide := strings.NewReplacer("/", "\x00") // so that * matches a slash, as in sec/op
	ok, _ := path.Match(hide.Replace(e.Metric), hide.Replace(metric))
	return ok
}

// Parse reads an expression. Its error is a *SyntaxError.
func Parse(text string) (*Expression, error) {
	p := parser{text: text}
	e := &Expression{Text: strings.TrimSpace(text)}
	err := p.expression(e)
	if err != nil {
		return nil, err
	}
	return e, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) fail(at int, format string, args ...any) error {
	return &SyntaxError{Text: p.text, Offset: at, Reason: fmt.Sprintf(format, args...)}
}

func (p *parser) blanks() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// statistics lists what may stand before the parenthesis, for errors.
const statistics = "p50, p95, p99.9 or another quantile, median, mean, failed or changed"

func (p *parser) expression(e *Expression) error {
	p.blanks()
	begin := p.at
	open := strings.IndexByte(p.text[p.at:], '(')
	if open < 0 {
		return p.fail(begin, "want a statistic and a metric in parentheses, such as p95(handshake)>+3%%")
	}
	name := strings.TrimSpace(p.text[p.at : p.at+open])
	if !e.setStatistic(name) {
		return p.fail(begin, "no statistic is called %q: want %s", name, statistics)
	}
	p.at += open + 1
	end := strings.IndexByte(p.text[p.at:], ')')
	if end < 0 {
		return p.fail(len(p.text), "want ) after the metric")
	}
	e.Metric = strings.TrimSpace(p.text[p.at : p.at+end])
	if e.Metric == "" && e.Kind != Failed {
		return p.fail(p.at, "want the name of a metric, such as handshake, or a unit, such as sec/op")
	}
	if _, err := path.Match(e.Metric, ""); err != nil {
		return p.fail(p.at, "the pattern %s has a bracket without its counterpart", e.Metric)
	}
	p.at += end + 1
	p.blanks()
	if e.Kind == Changed {
		if p.at < len(p.text) {
			return p.fail(p.at, "nothing may follow changed(…): it fails at any change")
		}
		return nil
	}
	return p.threshold(e)
}

func (e *Expression) setStatistic(name string) bool {
	switch name {
	case "mean":
		e.Kind = Mean
		return true
	case "failed":
		e.Kind = Failed
		return true
	case "changed":
		e.Kind = Changed
		return true
	case "median":
		e.Q = 0.5
		return true
	}
	number, isQuantile := strings.CutPrefix(name, "p")
	q, err := strconv.ParseFloat(number, 64)
	// ParseFloat also reads 5e1, 0x32 and inf.
	digits := strings.Trim(number, "0123456789.") == ""
	e.Q = q / 100
	return isQuantile && digits && err == nil && 0 < q && q < 100
}

// threshold reads the operator and the amount.
func (p *parser) threshold(e *Expression) error {
	switch {
	case p.at < len(p.text) && p.text[p.at] == '>':
		e.Above = true
	case p.at < len(p.text) && p.text[p.at] == '<':
	default:
		return p.fail(p.at, "want > or < and an amount, such as >+3%%")
	}
	p.at++
	if p.at < len(p.text) && p.text[p.at] == '=' {
		return p.fail(p.at, "want > or <, without =")
	}
	p.blanks()
	begin := p.at
	if begin == len(p.text) || !strings.ContainsRune("+-", rune(p.text[begin])) {
		return p.fail(begin, "want a change with its sign, such as +3%% or -2ms")
	}
	number := begin + 1
	for number < len(p.text) && strings.IndexByte("0123456789.", p.text[number]) >= 0 {
		number++
	}
	value, err := strconv.ParseFloat(p.text[begin:number], 64)
	if err != nil {
		return p.fail(begin, "want a number after the sign")
	}
	unit := strings.TrimSpace(p.text[number:])
	factor, class, known := unitFactor(unit)
	if !known {
		return p.fail(number, "no unit is called %q: want %%, %s, or nothing for a count", unit, strings.Join(unitNames, ", "))
	}
	if e.Kind == Failed && class != Relative {
		return p.fail(number, "want %%: the change of the failed share is in percentage points")
	}
	if e.Above && value < 0 || !e.Above && value > 0 {
		return p.fail(begin, "want >+ for more or <- for less: a gate is a bound on the change, and a change of 0 must pass it")
	}
	e.Amount, e.Class = value*factor, class
	return nil
}

// unitNames lists the units of absolute amounts, for errors.
var unitNames = []string{"ns", "us", "ms", "s", "B", "kB", "MB", "B/s", "kB/s", "MB/s"}

// unitFactor returns the base units in one unit of an amount.
func unitFactor(unit string) (factor float64, class Class, known bool) {
	switch unit {
	case "":
		return 1, Plain, true
	case "%":
		return 0.01, Relative, true
	case "µs", "μs":
		unit = "us"
	}
	if !slices.Contains(unitNames, unit) {
		return 0, Plain, false
	}
	size, isRate := strings.CutSuffix(unit, "/s")
	scale := map[string]float64{"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "B": 1, "kB": 1e3, "MB": 1e6}[size]
	switch {
	case isRate:
		return scale, ByteRates, true
	case strings.HasSuffix(size, "B"):
		return scale, Bytes, true
	}
	return scale, Seconds, true
}

// MetricUnit returns the class of a metric's unit, and the base units in one of it: 1e-9 s for ns.
// It knows the units of runs (ns, B, B/s) and of benchmarks (sec/op, B/op, handshake-sim-sec).
func MetricUnit(unit string) (factor float64, class Class) {
	switch {
	case unit == "ns":
		return 1e-9, Seconds
	case unit == "B/s" || strings.HasSuffix(unit, "-B/s"):
		return 1, ByteRates
	case unit == "sec" || unit == "sec/op" || strings.HasSuffix(unit, "-sec") || strings.HasSuffix(unit, "-sec/op"):
		return 1, Seconds
	case unit == "B" || unit == "B/op" || strings.HasSuffix(unit, "-B") || strings.HasSuffix(unit, "-B/op"):
		return 1, Bytes
	}
	return 1, Plain
}
