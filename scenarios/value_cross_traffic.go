package scenarios

import (
	"strings"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// crossTrafficLine is cross traffic in one line.
type crossTrafficLine struct{ to *netem.CrossTraffic }

func (x crossTrafficLine) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	parsed, err := netem.ParseCrossTraffic(text)
	if err != nil {
		return n.Errorf("%s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	*x.to = parsed
	return nil
}

func (crossTrafficLine) schema() object {
	return object{"type": "string", "pattern": "^(poisson|constant|on-off) ", "examples": []string{"poisson load 80%", "on-off load 40% on 500ms off 500ms"}}
}
func (x crossTrafficLine) isZero() bool { return *x.to == netem.CrossTraffic{} }
func (x crossTrafficLine) shown() any   { return x.to.String() }
