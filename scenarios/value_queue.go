package scenarios

import (
	"strings"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// queueLine is a queueing discipline in the words of tc.
type queueLine struct{ to *netem.Queue }

func (q queueLine) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	parsed, err := netem.ParseQueue(text)
	if err != nil {
		return n.Errorf("%s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	*q.to = parsed
	return nil
}

func (queueLine) schema() object {
	return object{"type": "string", "pattern": "^(" + strings.Join(netem.DisciplineNames(), "|") + ")( |$)", "examples": []string{"fq_codel", "codel target 5ms interval 100ms ecn"}}
}
func (q queueLine) isZero() bool { return *q.to == netem.Queue{} }
func (q queueLine) shown() any   { return q.to.String() }
