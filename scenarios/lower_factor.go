package scenarios

import (
	"slices"
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
	described := results.Factor{Name: f.Name, Levels: f.levelNames()}
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
	times := make([]time.Duration, len(f.Levels))
	for i, level := range f.Levels {
		for k, c := range s.configsOf(factor, level) {
			rtt := c.Link.RTT()
			if k > 0 && rtt != times[i] {
				return nil
			}
			times[i] = rtt
		}
		if slices.Contains(times[:i], times[i]) {
			return nil
		}
	}
	return times
}

// configsOf returns the configurations of all cells of a level. If all of them are excluded, it
// returns that of the level alone.
func (s *Scenario) configsOf(factor int, level Level) (configs []*Config) {
	for i := range s.Cells {
		if s.Cells[i].Levels[factor] == level.Name {
			configs = append(configs, &s.Cells[i].Config)
		}
	}
	if configs == nil {
		c, origin, _ := s.layers.configure([]Level{level})
		complete(c, origin) // what is impossible is excluded
		configs = append(configs, c)
	}
	return configs
}
