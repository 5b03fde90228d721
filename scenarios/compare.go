package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// HeadlineMetric is compared where a scenario does not say what.
const HeadlineMetric = "handshake"

var compareWords = []string{"factor", "baseline", "margin", "metric"}

// readCompare reads compare: {factor: tls.kind, baseline: full, margin: 2%, metric: handshake}.
func (r *reader) readCompare(s *Scenario, n ast.Node) {
	values := r.fields(n, compareWords)
	c := &Compare{Margin: DefaultMargin, Metric: HeadlineMetric}
	f := r.compareFactor(s, n, values["factor"])
	if f != nil {
		c.Factor = f.Name
		c.Baseline = r.compareBaseline(f, n, values["baseline"])
	}
	if v := values["margin"]; v != nil {
		var margin Fraction
		if err := margin.UnmarshalYAML(v); err != nil {
			r.addError(r.file, v, "margin", err)
		}
		c.Margin = float64(margin)
	}
	if v := values["metric"]; v != nil {
		text, err := scalar(v)
		if err == nil {
			err = vocabulary{"a metric", MetricNames()}.check(v, text)
		}
		if err != nil {
			r.addError(r.file, v, "metric", err)
		}
		c.Metric = text
	}
	s.Compare = c
}

// compareFactor finds the factor that is compared, or nil.
func (r *reader) compareFactor(s *Scenario, compare, n ast.Node) *Factor {
	switch {
	case len(s.Factors) == 0:
		r.addf(r.file, compare, "compare: the scenario has no factors, of which one could be compared")
		return nil
	case n == nil:
		r.addf(r.file, compare, "compare has no factor: one of %s", strings.Join(s.factorNames(), ", "))
		return nil
	}
	name, err := scalar(n)
	if err != nil {
		r.addError(r.file, n, "factor", err)
		return nil
	}
	f := s.factor(name)
	if f == nil {
		r.addf(r.file, n, "compare: %q is not a factor of this scenario%s: %s", name,
			didYouMean(name, s.factorNames()), strings.Join(s.factorNames(), ", "))
	}
	return f
}

// compareBaseline finds the level that the others are compared with.
func (r *reader) compareBaseline(f *Factor, compare, n ast.Node) string {
	if n == nil {
		r.addf(r.file, compare, "compare has no baseline: one of %s", strings.Join(f.levelNames(), ", "))
		return ""
	}
	level, err := scalar(n)
	if err != nil {
		r.addError(r.file, n, "baseline", err)
	} else if f.level(level) < 0 {
		r.addf(r.file, n, "compare: %q is not a level of %s%s: %s", level, f.Name,
			didYouMean(level, f.levelNames()), strings.Join(f.levelNames(), ", "))
	}
	return level
}

// An exclusion is a combination that is not run: each of its factors has one of the levels listed.
type exclusion struct {
	node   ast.Node
	levels map[string][]string
}

// readExclude reads exclude: [{tls.version: "1.2", link.loss: [1%, 5%]}].
func (r *reader) readExclude(s *Scenario, n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.addf(r.file, n, "exclude wants a list of combinations, such as [{tls.version: \"1.2\", tls.kind: resumed}]")
		return
	}
	for _, item := range list.Values {
		pairs, ok := mapping(item)
		if !ok || len(pairs) == 0 {
			r.addf(r.file, item, "a combination is a mapping of factors to levels")
			continue
		}
		e := exclusion{node: item, levels: map[string][]string{}}
		for _, p := range pairs {
			e.levels[p.name] = r.excludedLevels(s, p)
		}
		r.excludes = append(r.excludes, e)
	}
}

func (r *reader) excludedLevels(s *Scenario, p pair) []string {
	f := s.factor(p.name)
	if f == nil {
		r.addf(r.file, p.key, "exclude: %q is not a factor of this scenario%s: %s", p.name,
			didYouMean(p.name, s.factorNames()), strings.Join(s.factorNames(), ", "))
		return nil
	}
	nodes := []ast.Node{p.value}
	if list, ok := p.value.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	var levels []string
	for _, n := range nodes {
		level, err := scalar(n)
		if err != nil {
			r.addError(r.file, n, "exclude", err)
		} else if f.level(level) < 0 {
			r.addf(r.file, n, "exclude: %q is not a level of %s%s: %s", level, f.Name,
				didYouMean(level, f.levelNames()), strings.Join(f.levelNames(), ", "))
		}
		levels = append(levels, level)
	}
	return levels
}

// excludes reports whether the exclusion holds for a combination of levels, in the order of the factors.
func (e exclusion) excludes(s *Scenario, levels []string) bool {
	for i, f := range s.Factors {
		if among, named := e.levels[f.Name]; named && !slices.Contains(among, levels[i]) {
			return false
		}
	}
	return true
}
