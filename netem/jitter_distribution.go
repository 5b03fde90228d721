package netem

import (
	"fmt"
	"strings"
)

// Distribution is the probability distribution of the jitter around the mean delay.
type Distribution uint8

// The distributions of tc-netem(8).
const (
	Uniform      Distribution = iota // from delay − jitter to delay + jitter: tc's default
	Normal                           // its standard deviation is the jitter
	Pareto                           // shape 3: a long tail of late packets
	ParetoNormal                     // a quarter normal, three quarters pareto
)

var distributions = [...]struct {
	name  string
	table func() *jitterTable // nil: computed without a table
}{
	Uniform:      {"uniform", nil},
	Normal:       {"normal", normalTable},
	Pareto:       {"pareto", paretoTable},
	ParetoNormal: {"paretonormal", paretoNormalTable},
}

// Distributions returns all distributions.
func Distributions() []Distribution {
	all := make([]Distribution, len(distributions))
	for i := range all {
		all[i] = Distribution(i)
	}
	return all
}

// ParseDistribution returns the distribution that tc-netem(8) calls by this name.
func ParseDistribution(name string) (Distribution, error) {
	for d, known := range distributions {
		if known.name == name {
			return Distribution(d), nil
		}
	}
	return 0, fmt.Errorf("netem: unknown distribution %q: known are %s", name, distributionNames())
}

// distributionNames lists the names for an error.
func distributionNames() string {
	var names []string
	for _, d := range distributions {
		names = append(names, d.name)
	}
	return strings.Join(names, ", ")
}

// String returns the name in tc-netem(8).
func (d Distribution) String() string {
	if d.validate() != nil {
		return fmt.Sprintf("Distribution(%d)", uint8(d))
	}
	return distributions[d].name
}

// MarshalText returns the name in tc-netem(8).
func (d Distribution) MarshalText() ([]byte, error) {
	return []byte(d.String()), d.validate()
}

// UnmarshalText accepts the names of ParseDistribution.
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
