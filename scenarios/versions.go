package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tlslab/engine"
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

// UnmarshalYAML takes one version or a range, 1.2..1.3, quoted or not.
func (v *Versions) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
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
			return wrong(n, "%q is not a version of TLS: %s, or a range such as 1.0..1.3", name, strings.Join(versionNames(), ", "))
		}
		ends[i] = versions[known]
	}
	if ends[0] > ends[1] {
		return wrong(n, "the range %s is empty: write the lower version first", text)
	}
	*v = Versions{Min: ends[0], Max: ends[1]}
	return nil
}

func versionNames() []string {
	names := make([]string, len(versions))
	for i, v := range versions {
		names[i] = v.String()
	}
	return names
}
