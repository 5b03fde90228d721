package scenarios

import (
	"slices"
	"strings"

	"tlslab/scenarios/document"
)

// A vocabulary is the list of names that a setting may have.
type vocabulary struct {
	what  string // "a certificate"
	names []string
}

func (v vocabulary) check(n *document.Node, name string) error {
	if slices.Contains(v.names, name) {
		return nil
	}
	return n.Errorf("%q is not %s%s: %s", name, v.what, didYouMean(name, v.names), strings.Join(v.names, ", "))
}

// enum is one name of a vocabulary.
type enum struct {
	to *string
	of vocabulary
}

func (e enum) read(n *document.Node) error {
	text, err := n.Scalar()
	if err == nil {
		err = e.of.check(n, text)
	}
	if err == nil {
		*e.to = text
	}
	return err
}

func (e enum) schema() object { return object{"enum": e.of.names} }
func (e enum) isZero() bool   { return *e.to == "" }
func (e enum) shown() any     { return *e.to }
