package scenarios

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"tlslab/engine"
	"tlslab/scenarios/document"
)

// Versions is the range of protocol versions that both sides speak; they settle on the highest.
type Versions struct {
	Min, Max engine.Version
}

// versions are those of the language, lowest first.
var versions = []engine.Version{engine.SSL30, engine.TLS10, engine.TLS11, engine.TLS12, engine.TLS13}

// String is 1.3, or 1.2..1.3.
func (v Versions) String() string {
	if v.Min == v.Max {
		return v.Max.String()
	}
	return v.Min.String() + ".." + v.Max.String()
}

// MarshalText is String.
func (v Versions) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// All lists the versions in the range, highest first.
func (v Versions) All() []engine.Version {
	var all []engine.Version
	for _, known := range slices.Backward(versions) {
		if known >= v.Min && known <= v.Max {
			all = append(all, known)
		}
	}
	return all
}

// versionRange is one version or a range, 1.2..1.3, quoted or not.
type versionRange struct{ to *Versions }

func (r versionRange) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		high = low
	}
	var ends [2]engine.Version
	for i, name := range []string{low, high} {
		known := slices.IndexFunc(versions, func(v engine.Version) bool { return v.String() == name })
		if known < 0 {
			return n.Errorf("%q is not a version of TLS: %s, or a range such as 1.0..1.3", name, strings.Join(namesOf(versions...), ", "))
		}
		ends[i] = versions[known]
	}
	if ends[0] > ends[1] {
		return n.Errorf("the range %s is empty: write the lower version first", text)
	}
	*r.to = Versions{Min: ends[0], Max: ends[1]}
	return nil
}

// schema is a version as text or, unquoted, as the number that YAML takes it for.
func (versionRange) schema() object {
	var numbers []any
	for _, name := range namesOf(versions...) {
		if _, err := strconv.ParseFloat(name, 64); err == nil {
			numbers = append(numbers, json.Number(name))
		}
	}
	one := "(" + strings.ReplaceAll(strings.Join(namesOf(versions...), "|"), ".", `\.`) + ")"
	return object{"anyOf": []object{{"enum": numbers}, {"type": "string", "pattern": "^" + one + `(\.\.` + one + ")?$"}}}
}

func (r versionRange) isZero() bool { return *r.to == Versions{} }
func (r versionRange) shown() any   { return r.to.String() }
