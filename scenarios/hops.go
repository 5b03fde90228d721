package scenarios

import (
	"github.com/goccy/go-yaml/ast"

	"tlslab/netem"
)

// hops reads link.hops: the links between client and server in the order in which a packet upwards meets them. A packet
// downwards meets them in the reverse order.
type hops struct{ link *Link }

func (h hops) UnmarshalYAML(n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return wrong(n, "wants a list of links")
	}
	count := len(list.Values)
	if count == 0 {
		return wrong(n, "is empty: a path has at least one link")
	}
	path := Link{Up: make([]netem.Config, count), Down: make([]netem.Config, count)}
	for i, item := range list.Values {
		hop, err := readHop(item)
		if err != nil {
			return err
		}
		path.Up[i], path.Down[count-1-i] = hop.Up[0], hop.Down[0]
	}
	*h.link = path
	return nil
}

// readHop reads one item of the list, which has the keys of link apart from hops.
func readHop(n ast.Node) (Link, error) {
	c := Config{Link: Link{Up: make([]netem.Config, 1), Down: make([]netem.Config, 1)}}
	settings, errs := flatten("link", n)
	if len(errs) > 0 {
		return Link{}, errs[0]
	}
	for _, s := range settings {
		if s.key.Name == "link.hops" {
			return Link{}, wrong(s.node, "a link of the path has no hops of its own")
		}
	}
	for _, s := range inTableOrder(settings) {
		if err := s.apply(&c); err != nil {
			return Link{}, err
		}
	}
	return c.Link, nil
}
