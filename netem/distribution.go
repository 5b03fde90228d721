package netem

import "fmt"

// Distribution is the shape of the jitter around the delay.
type Distribution uint8

// The distributions of tc-netem(8).
const (
	Uniform      Distribution = iota // delay ± jitter, evenly: tc's default
	Normal                           // jitter is the standard deviation
	Pareto                           // a long tail of late packets
	ParetoNormal                     // a quarter normal, three quarters pareto
)

var distributions = [...]struct {
	name  string
	table func() *jitterTable // nil: drawn without one
}{
	Uniform:      {"uniform", nil},
	Normal:       {"normal", normalTable},
	Pareto:       {"pareto", paretoTable},
	ParetoNormal: {"paretonormal", paretoNormalTable},
}

// Distributions lists all of them.
func Distributions() []Distribution {
	all := make([]Distribution, len(distributions))
	for i := range all {
		all[i] = Distribution(i)
	}
	return all
}

// ParseDistribution reads a distribution's name in tc.
func ParseDistribution(name string) (Distribution, error) {
	for d, known := range distributions {
		if known.name == name {
			return Distribution(d), nil
		}
	}
	return 0, fmt.Errorf("netem: unknown distribution %q (want uniform, normal, pareto or paretonormal)", name)
}

// String is the distribution's name in tc.
func (d Distribution) String() string {
	if d.validate() != nil {
		return fmt.Sprintf("Distribution(%d)", uint8(d))
	}
	return distributions[d].name
}

// MarshalText is the distribution's name in tc.
func (d Distribution) MarshalText() ([]byte, error) {
	return []byte(d.String()), d.validate()
}

// UnmarshalText reads a distribution's name in tc.
func (d *Distribution) UnmarshalText(text []byte) error {
	v, err := ParseDistribution(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

func (d Distribution) validate() error {
	if int(d) >= len(distributions) {
		return fmt.Errorf("netem: unknown distribution %d", uint8(d))
	}
	return nil
}
