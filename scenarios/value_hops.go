package scenarios

import (
	"tlslab/netem"
	"tlslab/scenarios/document"
)

// hops is link.hops: the links between client and server, in the order in which a packet from the
// client crosses them. A packet from the server crosses them in reverse order.
type hops struct{ to *Link }

// maxHops is the largest number of links of a path. Real paths are shorter: traceroute stops at 30.
const maxHops = 64

func (h hops) read(n *document.Node) error {
	count := len(n.Items)
	switch {
	case n.Kind != document.Sequence:
		return n.Errorf("wants a list of links")
	case count == 0:
		return n.Errorf("is empty: a path has at least one link")
	case count > maxHops:
		return n.Errorf("has %d links: at most %d", count, maxHops)
	}
	path := Link{Up: make([]netem.Config, count), Down: make([]netem.Config, count)}
	for i, item := range n.Items {
		hop, err := readHop(item)
		if err != nil {
			return err
		}
		path.Up[i], path.Down[count-1-i] = hop.Up[0], hop.Down[0]
	}
	*h.to = path
	return nil
}

// readHop reads one item of the list, which has the keys of link apart from hops.
func readHop(n *document.Node) (Link, error) {
	c := Config{Link: newLink()}
	settings, errs := flatten("link", n)
	if len(errs) > 0 {
		return Link{}, errs[0]
	}
	for _, s := range settings {
		if s.key.Name == "link.hops" {
			return Link{}, s.node.Errorf("a link of the path has no hops of its own")
		}
	}
	for i, s := range settings {
		for _, other := range settings[:i] {
			if s.key.rival == other.key.Name {
				return Link{}, s.node.Errorf("%s and %s exclude each other: leave one of them out", s.key.Name, other.key.Name)
			}
		}
	}
	for _, s := range inTableOrder(settings) {
		if err := s.apply(&c); err != nil {
			return Link{}, err
		}
	}
	for _, hop := range []*netem.Config{&c.Link.Up[0], &c.Link.Down[0]} {
		if message, _ := checkHop(hop); message != "" {
			return Link{}, n.Errorf("%s", message)
		}
	}
	return c.Link, nil
}

// schema is a list of what link can be, apart from hops.
func (hops) schema() object {
	properties := object{}
	for _, h := range hopKeys {
		properties[h.Name] = described(h.hop(new(netem.Config)).schema(), h.Doc)
	}
	line := object{"type": "string"}
	oneWay := object{"anyOf": []object{line, {"type": "object", "additionalProperties": false, "properties": properties}}}
	both := object{"up": oneWay, "down": oneWay}
	for name, schema := range properties {
		both[name] = schema
	}
	return object{"type": "array", "minItems": 1, "maxItems": maxHops,
		"items": object{"anyOf": []object{line, {"type": "object", "additionalProperties": false, "properties": both}}}}
}

func (h hops) isZero() bool { return len(h.to.Up) == 0 }
func (h hops) shown() any   { return hopLines(h.to.Up) }
