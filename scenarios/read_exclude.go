package scenarios

import (
	"tlslab/scenarios/document"
)

// An exclusion is a combination that is not run: each of its factors has one of the levels listed.
type exclusion struct {
	node   *document.Node
	levels map[string]map[string]bool // by factor
	used   bool                       // by a combination
}

// readExclude reads exclude: [{tls.version: "1.2", link.loss: [1%, 5%]}].
func (r *reader) readExclude(s *Scenario, n *document.Node) {
	if n.Kind != document.Sequence {
		r.addf(n, "exclude wants a list of combinations, such as [{tls.version: \"1.2\", tls.kind: resumed}]")
		return
	}
	if len(n.Items) > maxExclusions {
		r.addf(n, "exclude has %d combinations: at most %d", len(n.Items), maxExclusions)
		return
	}
	for _, item := range n.Items {
		if r.stopped() {
			return
		}
		if item.Kind != document.Mapping || len(item.Pairs) == 0 {
			r.addf(item, "a combination is a mapping of factors to levels")
			continue
		}
		e := exclusion{node: item, levels: map[string]map[string]bool{}}
		for _, p := range item.Pairs {
			e.levels[p.Name] = r.excludedLevels(s, p)
		}
		r.excludes = append(r.excludes, e)
	}
}

// maxExclusions bounds them: each is compared with each combination of levels.
const maxExclusions = 1000

func (r *reader) excludedLevels(s *Scenario, p document.Pair) map[string]bool {
	f := s.factor(p.Name)
	if f == nil {
		r.addf(p.Key, "exclude: %q is not a factor of this scenario%s: %s", p.Name,
			didYouMean(p.Name, s.factorNames()), shortList(s.factorNames()))
		return nil
	}
	levels := map[string]bool{}
	for _, n := range p.Value.List() {
		if r.stopped() {
			break
		}
		level, err := n.Scalar()
		if err != nil {
			r.addError("exclude", err)
			continue
		}
		r.checkLevel("exclude", n, f, level)
		levels[level] = true
	}
	return levels
}

// checkLevel reports a level that a factor does not have.
func (r *reader) checkLevel(key string, n *document.Node, f *Factor, level string) {
	if f.level(level) < 0 {
		names := f.levelNames()
		r.addf(n, "%s: %q is not a level of %s%s: %s", key, level, f.Name, didYouMean(level, names), shortList(names))
	}
}

// excludes reports whether the exclusion holds for a combination of levels, in the order of the
// factors.
func (e *exclusion) excludes(s *Scenario, levels []string) bool {
	for i := range s.Factors {
		if among, named := e.levels[s.Factors[i].Name]; named && !among[levels[i]] {
			return false
		}
	}
	return true
}
