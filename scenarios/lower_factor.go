package scenarios

import (
	"time"

	"tlslab/results"
)

// delayKey is the key whose factor and setting results show as roundTripTime. A reader thinks in
// round trips, and a scenario describes a link in one direction.
const (
	delayKey      = "link.delay"
	roundTripTime = "rtt"

	noRoundTripTime = "rtt is no key: set link.delay, the delay one way, which is half the round-trip time"
)

// headerFactor lowers a factor to its description in the header.
func (s *Scenario) headerFactor(factor int) results.Factor {
	f := &s.Factors[factor]
	described := results.Factor{Name: f.Name, Levels: f.levelNames(), Traits: s.traits(factor)}
	k := keyByName(f.Name)
	if k == nil {
		return described
	}
	described.Key, described.Label, described.Values = k.Name, k.Label, f.values()
	if rtts := s.roundTripTimes(factor); rtts != nil {
		described.Name, described.Label = roundTripTime, ""
		for i, rtt := range rtts {
			described.Levels[i], described.Values[i] = formatDuration(rtt), float64(rtt)
		}
	}
	return described
}

// values returns the quantity of each level of a factor of a key, or nil if any level is none.
func (f *Factor) values() []float64 {
	values := make([]float64, len(f.Levels))
	for i, l := range f.Levels {
		c := newConfig()
		for _, s := range l.settings {
			if s.apply(c) != nil {
				return nil
			}
		}
		q, ok := keyByName(f.Name).fields(c)[0].(quantity)
		if !ok {
			return nil
		}
		if values[i], ok = q.amount(); !ok {
			return nil
		}
	}
	return values
}

// roundTripTimes returns the round-trip time of each level of a factor of link.delay. It returns
// nil for another factor, if the round-trip time depends on another factor too, if two levels have
// the same, or if another factor is called rtt.
func (s *Scenario) roundTripTimes(factor int) []time.Duration {
	f := &s.Factors[factor]
	if f.Name != delayKey || s.factor(roundTripTime) != nil {
		return nil
	}
	times, ok := perLevel(s.configsByLevel(factor), func(c *Config) time.Duration { return c.Link.RTT() })
	seen := map[time.Duration]bool{}
	for _, rtt := range times {
		seen[rtt] = true
	}
	if !ok || len(seen) < len(times) {
		return nil
	}
	return times
}

// configsByLevel returns the configurations of the cells of each level of a factor. If all cells of
// a level are excluded, it has the configuration of the level alone.
func (s *Scenario) configsByLevel(factor int) [][]*Config {
	f := &s.Factors[factor]
	index := map[string]int{}
	for i, level := range f.Levels {
		index[level.Name] = i
	}
	configs := make([][]*Config, len(f.Levels))
	for i := range s.Cells {
		level := index[s.Cells[i].Levels[factor]]
		configs[level] = append(configs[level], &s.Cells[i].Config)
	}
	for i, level := range f.Levels {
		if configs[i] == nil {
			c, origin, _ := s.layers.configure([]Level{level})
			complete(c, origin) // what is impossible is excluded
			configs[i] = append(configs[i], c)
		}
	}
	return configs
}

// perLevel returns a value of the configurations for each level. ok is false if two cells of a
// level have different values.
func perLevel[T comparable](configs [][]*Config, value func(*Config) T) (values []T, ok bool) {
	for _, cells := range configs {
		v := value(cells[0])
		for _, c := range cells[1:] {
			if value(c) != v {
				return nil, false
			}
		}
		values = append(values, v)
	}
	return values, true
}
