package scenarios

import (
	"regexp"
	"strings"

	"tlslab/scenarios/document"
)

// enumList is a list of different names of a vocabulary, or one name.
type enumList struct {
	to *[]string
	of vocabulary
}

func (l enumList) read(n *document.Node) error {
	names, err := list(n, l.of.check)
	if err == nil {
		*l.to = names
	}
	return err
}

func (l enumList) schema() object { return listSchema(object{"enum": l.of.names}) }
func (l enumList) isZero() bool   { return *l.to == nil }
func (l enumList) shown() any     { return *l.to }

// hostname is the DNS name of a host.
type hostname struct{ to *string }

func (h hostname) read(n *document.Node) error {
	text, err := n.Scalar()
	if err == nil && !isHostname(text) {
		err = n.Errorf("%q is not the DNS name of a host", text)
	}
	if err == nil {
		*h.to = text
	}
	return err
}

func (hostname) schema() object { return object{"type": "string", "pattern": `^\S+$`} }
func (h hostname) isZero() bool { return *h.to == "" }
func (h hostname) shown() any   { return *h.to }

// hostnameList is a list of different DNS names, the first label of which may be a wildcard, or one
// name.
type hostnameList struct{ to *[]string }

func (l hostnameList) read(n *document.Node) error {
	names, err := list(n, func(n *document.Node, name string) error {
		if !isHostname(name) && !isWildcard(name) {
			return n.Errorf("%q is not the DNS name of a host", name)
		}
		return nil
	})
	if err == nil {
		*l.to = names
	}
	return err
}

func (hostnameList) schema() object { return listSchema(object{"type": "string", "pattern": `^\S+$`}) }
func (l hostnameList) isZero() bool { return *l.to == nil }
func (l hostnameList) shown() any   { return *l.to }

// labels of a DNS name are what a server_name extension and a certificate can hold (RFC 6066 §3,
// RFC 1035 §2.3.1, with digits first as RFC 1123 §2.1 has them).
var dnsLabels = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

const maxHostname = 253 // characters of a DNS name as people write it (RFC 1035 §2.3.4)

func isHostname(name string) bool { return len(name) <= maxHostname && dnsLabels.MatchString(name) }

// isWildcard reports whether a name stands for all hosts of a domain, as certificates write it
// (RFC 9525 §6.3).
func isWildcard(name string) bool {
	domain, ok := strings.CutPrefix(name, "*.")
	return ok && isHostname(domain) && strings.Contains(domain, ".")
}

func listSchema(one object) object {
	return object{"anyOf": []object{one, {"type": "array", "items": one, "uniqueItems": true}}}
}

// list returns the texts of a sequence, or of one value. Each passes the check and is there once.
func list(n *document.Node, check func(*document.Node, string) error) ([]string, error) {
	texts := []string{}
	seen := map[string]bool{}
	for _, item := range n.List() {
		text, err := item.Scalar()
		if err != nil {
			return nil, err
		}
		if err := check(item, text); err != nil {
			return nil, err
		}
		if seen[text] {
			return nil, item.Errorf("%s is there twice", text)
		}
		seen[text] = true
		texts = append(texts, text)
	}
	return texts, nil
}
