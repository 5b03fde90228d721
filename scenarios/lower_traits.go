package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/protocol"
	"tlslab/results"
)

// A property is a trait that follows from several keys.
type property struct {
	name, label string
	keys        []string // that it speaks for
	of          func(*Config) string
}

// properties are the traits of an exchange and of a link that readers know by a name. A cipher
// includes its MAC: a suite changes both at once.
var properties = []property{
	{"version", "version", []string{"tls.version"}, func(c *Config) string { return c.TLS.Versions.Max.Title() }},
	{"key-exchange", "key exchange", []string{"tls.suite", "tls.group"}, func(c *Config) string { return c.TLS.keyExchange() }},
	{"certificate", "certificate", []string{"tls.certificate"}, func(c *Config) string { return c.TLS.Certificate }},
	{"cipher", "cipher", []string{"tls.suite", "tls.cipher"}, func(c *Config) string {
		s, _ := protocol.SuiteByName(c.TLS.Suites[0])
		return s.Cipher
	}},
	{"link", "link", []string{"link", "link.up", "link.down", "link.hops"}, func(c *Config) string { return c.Link.describe() }},
}

// keyExchange names the key exchange of the highest version: "RSA", "ECDHE x25519", "DHE ffdhe2048"
// or the hybrid group.
func (t *TLS) keyExchange() string {
	s, _ := protocol.SuiteByName(t.Suites[0])
	switch {
	case s.KeyExchange == engine.KeyExchangeRSA:
		return "RSA"
	case familyOf(t.Group) == kx.Field:
		return "DHE " + t.Group
	case familyOf(t.Group) == kx.Hybrid:
		return t.Group
	}
	return "ECDHE " + t.Group
}

// describe writes the link in the words of tc, hop by hop from the client.
func (l Link) describe() string {
	up, down := hopLines(l.Up), hopLines(l.Down)
	slices.Reverse(down)
	if slices.Equal(up, down) {
		return strings.Join(up, " | ")
	}
	return "up " + strings.Join(up, " | ") + ", down " + strings.Join(down, " | ")
}

// traits returns the properties in which the levels of a factor of patches, or of tls.suite,
// differ: those of properties, the round-trip time, and other keys that the levels set. A property
// is left out if another factor changes it too.
func (s *Scenario) traits(factor int) []results.Trait {
	f := &s.Factors[factor]
	set := f.keys()
	if keyByName(f.Name) != nil && f.Name != "tls.suite" {
		return nil
	}
	configs := s.configsByLevel(factor)
	var traits []results.Trait
	covered := map[string]bool{}
	for _, p := range properties {
		if p.name == "link" && !slices.ContainsFunc(set, func(key string) bool { return slices.Contains(p.keys, key) }) {
			continue // the keys of the link say more than its line
		}
		levels, ok := perLevel(configs, p.of)
		if !ok {
			continue
		}
		for _, key := range p.keys {
			covered[key] = true
		}
		if p.name == "link" {
			for _, key := range set {
				covered[key] = covered[key] || isLinkKey(key, "link")
			}
		}
		traits = appendTrait(traits, results.Trait{Name: p.name, Label: p.label, Levels: levels})
	}
	for _, k := range keys {
		switch {
		case covered[k.Name] || !slices.Contains(set, k.Name):
		case k.Name == delayKey && !slices.Contains(set, "link.up.delay") && !slices.Contains(set, "link.down.delay"):
			traits = appendTrait(traits, s.delayTrait(f, configs))
		default:
			traits = appendTrait(traits, s.keyTrait(f, k))
		}
	}
	return traits
}

// appendTrait appends a trait in which levels differ.
func appendTrait(traits []results.Trait, t results.Trait) []results.Trait {
	if slices.ContainsFunc(t.Levels, func(level string) bool { return level != t.Levels[0] }) {
		return append(traits, t)
	}
	return traits
}

// delayTrait is the round-trip time of each level of a factor whose patches set link.delay, or
// link.delay itself if another factor changes the round-trip time too.
func (s *Scenario) delayTrait(f *Factor, configs [][]*Config) results.Trait {
	times, ok := perLevel(configs, func(c *Config) time.Duration { return c.Link.RTT() })
	if !ok {
		return s.keyTrait(f, keyByName(delayKey))
	}
	t := results.Trait{Name: roundTripTime, Label: "round-trip time"}
	for _, rtt := range times {
		t.Levels, t.Values = append(t.Levels, formatDuration(rtt)), append(t.Values, float64(rtt))
	}
	return t
}

// keyTrait is the value of a key in each level of a factor.
func (s *Scenario) keyTrait(f *Factor, k *Key) results.Trait {
	t := results.Trait{Name: k.Name, Label: k.Label}
	for _, level := range f.Levels {
		c, origin, _ := s.layers.configure([]Level{level})
		complete(c, origin) // what is impossible is an error of its own
		t.Levels = append(t.Levels, k.text(c, origin))
		if set, written := origin[k.Name]; written { // a more particular key may have overridden it
			c = newConfig()
			_ = set.apply(c) // its error was reported when it was read
		}
		if q, ok := k.fields(c)[0].(quantity); ok {
			if v, ok := q.amount(); ok {
				t.Values = append(t.Values, v)
			}
		}
	}
	if len(t.Values) < len(t.Levels) {
		t.Values = nil
	}
	return t
}

// text is the value of the key for people: as it is written, else as it follows from other keys,
// else what holds without a setting.
func (k *Key) text(c *Config, origin map[string]setting) string {
	set, written := origin[k.Name]
	trace, isTrace := k.fields(c)[0].(linkTrace)
	switch {
	case isTrace && !trace.isZero():
		return fmt.Sprint(trace.shown()) // its hash says more than its name
	case written:
		return set.node.String()
	case k.Default != "" && k.derive == nil:
		return k.Default
	case !k.isUnset(c):
		return fmt.Sprint(k.fields(c)[0].shown())
	case k.Unset == "" || strings.Contains(k.Unset, "tls."):
		return "none" // another key decides, and has no value
	}
	return k.Unset
}
