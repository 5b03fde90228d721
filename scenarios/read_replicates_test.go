package scenarios

import (
	"reflect"
	"testing"

	"tlslab/results"
)

func TestReplicatesMayFollowFromATarget(t *testing.T) {
	const rest = "\nfactors: {tls.kind: [full, resumed]}\ncompare: {factor: tls.kind, baseline: full, metric: ttfb}\n"
	for text, want := range map[string]results.Target{
		"auto":                                   {Metric: "ttfb", Statistic: "p95", Relative: 0.02, Most: 100_000},
		"{target: p95 ±2%}":                      {Metric: "ttfb", Statistic: "p95", Relative: 0.02, Most: 100_000},
		"{target: p99 ±0.5%, most: 7}":           {Metric: "ttfb", Statistic: "p99", Relative: 0.005, Most: 7},
		"{target: mean +-1%, metric: handshake}": {Metric: "handshake", Statistic: "mean", Relative: 0.01, Most: 100_000},
		"{target: p50+/-10 %}":                   {Metric: "ttfb", Statistic: "p50", Relative: 0.1, Most: 100_000},
	} {
		s := parse(t, "name: auto\nreplicates: "+text+rest)
		if s.Target == nil || *s.Target != want || s.Replicates != want.Most {
			t.Errorf("%s: %+v and %d replicates, want %+v", text, s.Target, s.Replicates, want)
		}
		h := s.Header("v")
		if err := h.Validate(); err != nil || !reflect.DeepEqual(h.Target, &want) {
			t.Errorf("%s: the header has %+v, %v", text, h.Target, err)
		}
	}
}

func TestATargetKeepsItsMetricIfTheComparisonIsLeftOut(t *testing.T) {
	s := parse(t, "name: auto\nreplicates: auto\nfactors: {tls.kind: [full, resumed]}\ncompare: {factor: tls.kind, baseline: full, metric: ttlb}\n", "tls.kind=full")
	if s.Compare != nil || s.Target.Metric != "ttlb" {
		t.Errorf("comparison %+v, target %+v", s.Compare, s.Target)
	}
}

func TestTheCommandLineReplacesReplicates(t *testing.T) {
	ask := results.Target{Metric: "ttlb", Statistic: "p50", Relative: 0.1, Most: 300}
	inFile := results.Target{Metric: "handshake", Statistic: "p99", Relative: 0.01, Most: 100_000}
	byDefault := results.Target{Metric: "handshake", Statistic: "p95", Relative: 0.02, Most: 100_000}
	for _, c := range []struct {
		text       string
		options    Options
		target     *results.Target
		replicates int
		size       string
	}{
		{"", Options{}, nil, 1000, "1 cells × 1000 replicates"},
		{"replicates: 20", Options{Auto: true}, &byDefault, 100_000, "1 cells × up to 100000 replicates until p95 of handshake ±2%"},
		{"replicates: {target: p99 ±1%}", Options{Auto: true}, &inFile, 100_000, "1 cells × up to 100000 replicates until p99 of handshake ±1%"},
		{"replicates: {target: p99 ±1%}", Options{Replicates: 30}, nil, 30, "1 cells × 30 replicates"},
		{"replicates: 20", Options{Target: &ask, Replicates: 300}, &ask, 300, "1 cells × up to 300 replicates until p50 of ttlb ±10%"},
	} {
		s, err := Parse(t.Context(), "test.yaml", []byte("name: auto\n"+c.text), c.options)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.Target, c.target) || s.Replicates != c.replicates || s.Size() != c.size {
			t.Errorf("%s, %+v: %+v, %d, %s", c.text, c.options, s.Target, s.Replicates, s.Size())
		}
	}
}
