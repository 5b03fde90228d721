package scenarios

import (
	"regexp"
	"strings"

	"tlslab/results"
	"tlslab/scenarios/document"
)

// automatic is the value of replicates that stands for the default target.
const automatic = "auto"

// The default target of replicates: auto.
const (
	DefaultStatistic = "p95"
	DefaultHalfWidth = 0.02    // as a fraction of the statistic
	DefaultMost      = 100_000 // replicates of a cell
)

// targetNames are the keys of a target.
var targetNames = []string{"target", "most", "metric"}

// readReplicates reads one of
//
//	replicates: 1000
//	replicates: auto
//	replicates: {target: p95 ±2%, most: 100000, metric: handshake}
func (r *reader) readReplicates(s *Scenario, n *document.Node) {
	switch {
	case n.Kind == document.Mapping:
		r.readTarget(s, n)
		return
	case n.Text == automatic:
		s.Target = defaultTarget()
		r.target = n
		return
	case n.Kind == document.Scalar && !number.MatchString(n.Text):
		r.addf(n, "replicates: %q is neither a count nor auto nor a target: write 1000, auto, or {target: p95 ±2%%}", n.Text)
		return
	}
	if err := (count{to: &s.Replicates, min: 1}).read(n); err != nil {
		r.addError("replicates", err)
	}
}

func defaultTarget() *results.Target {
	return &results.Target{Statistic: DefaultStatistic, Relative: DefaultHalfWidth, Most: DefaultMost}
}

// readTarget reads the mapping of readReplicates.
func (r *reader) readTarget(s *Scenario, n *document.Node) {
	values := r.mapping(n, targetNames)
	t := defaultTarget()
	s.Target, r.target = t, n
	if v := values["target"]; v == nil {
		r.addf(n, "replicates has no target: write one such as target: p95 ±2%%")
	} else if err := readPrecision(v, t); err != nil {
		r.addError("target", err)
	}
	if v := values["most"]; v != nil {
		if err := (count{to: &t.Most, min: 1}).read(v); err != nil {
			r.addError("most", err)
		}
	}
	if v := values["metric"]; v != nil {
		r.target = v
		if err := (enum{&t.Metric, vocabulary{"a metric", MetricNames()}}).read(v); err != nil {
			r.addError("metric", err)
		}
	}
}

// precision is a statistic and a half-width: p95 ±2%, or p95 +-2% on a keyboard without ±.
var precision = regexp.MustCompile(`^(\S+?) *(?:±|\+-|\+/-) *(\S.*)$`)

// readPrecision reads a precision into a target.
func readPrecision(n *document.Node, t *results.Target) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	parts := precision.FindStringSubmatch(text)
	if parts == nil {
		return n.Errorf("%q is not a statistic and the half-width of its interval: write it as p95 ±2%% or p95 +-2%%", text)
	}
	half := *n
	t.Statistic, half.Text = parts[1], parts[2]
	if err := (vocabulary{"a statistic", results.Statistics}).check(n, t.Statistic); err != nil {
		return err
	}
	if err := (fraction{&t.Relative}).read(&half); err != nil {
		return err
	}
	if t.Relative == 0 {
		return n.Errorf("±%s: no number of replicates makes an interval of no width: write a half-width above 0%%", half.Text)
	}
	return nil
}

// completeTarget sets what the target takes from other keys: its metric, if it has none, is the
// headline metric.
func (s *Scenario) completeTarget() {
	t := s.Target
	if t == nil {
		return
	}
	s.Replicates = t.Most
	if t.Metric == "" {
		t.Metric = HeadlineMetric
		if s.Compare != nil {
			t.Metric = s.Compare.Metric
		}
	}
}

// formatTarget writes a target for people: p95 of handshake ±2%.
func formatTarget(t *results.Target) string {
	return t.Statistic + " of " + t.Metric + " ±" + formatPercent(t.Relative)
}

func replicatesSchema() object {
	statistics := strings.Join(results.Statistics, "|")
	return object{"anyOf": []object{
		{"type": "integer", "minimum": 1},
		{"enum": []string{automatic}},
		{"type": "object", "additionalProperties": false, "required": []string{"target"}, "properties": object{
			"target": object{"type": "string", "pattern": `^(` + statistics + `) *(±|\+-|\+/-) *([0-9]+(\.[0-9]*)?|\.[0-9]+) *%$`, "examples": []string{"p95 ±2%"},
				"description": "statistic of the metric and the half-width of its interval, as a share of the statistic"},
			"most":   object{"type": "integer", "minimum": 1, "default": DefaultMost, "description": "replicates at which a cell ends even if its interval is wider"},
			"metric": object{"enum": MetricNames(), "description": "the metric; by default the one of compare"},
		}},
	}}
}
