package scenarios

import (
	"slices"
	"strings"
	"sync"

	"tlslab/netem"
	"tlslab/scenarios/document"
	"tlslab/sim/tcp"
)

// A Key is one setting of the language: a row of the table from which the reader, --set, the
// defaults, the checks, the lowering, the labels in tables and figures, the JSON Schema and the
// tables of docs/scenarios.md are made.
type Key struct {
	Name    string // dotted: tls.version
	Former  string // an earlier name, whose error names this one
	Label   string // what tables and figures call a factor of this key
	Default string // as written in YAML; "": see Unset
	Unset   string // in words, what holds without a setting if Default is empty: "not padded"
	Doc     string // one sentence without its full stop

	// fields are where the value goes in a Config: two if it holds for both directions of a link.
	fields func(*Config) []value
	// rival is another key for the same thing. A later layer's setting replaces an earlier layer's
	// setting of the rival; in one layer the two exclude each other.
	rival string
	// derive gives the key the value that follows from other keys, after all settings are applied.
	// set reports whether a setting gave it a value. nil: Default holds.
	derive func(c *Config, set bool) []conflict
	// unset reports whether the key has no value, so that `scenarios show --json` leaves it out.
	// nil: a zero field means no value if Default is empty.
	unset func(*Config) bool
	// check finds impossible combinations with other keys, after all values are derived.
	check func(*Config) []conflict
	// applies returns the reason why no value of the key changes a replicate of the configuration,
	// or "" if some value does. It does not depend on the key's own value. nil: some value always
	// does.
	applies func(*Config) string
	// lower writes the value into the engines' configurations and the exchange. nil: the lower of
	// the key loweredBy does it, or Config.World copies the field into the world.
	lower     func(*Config, *engines) error
	loweredBy string

	rank int // in the table
}

// field is the only field of a key in a Config.
func field(at func(*Config) value) func(*Config) []value {
	return func(c *Config) []value { return []value{at(c)} }
}

// A keyGroup is a part of the table, with a table of its own in the documentation.
type keyGroup struct {
	name string
	keys []Key
}

// keyGroups is the table of all keys under base. Keys are documented, applied, derived, checked and
// lowered in its order. A key that stands for several others (link, link.up) comes before them.
var keyGroups []keyGroup

// keys and its indices are filled by init: the rows refer to functions that use keys.
var (
	keys     []*Key
	keyIndex = map[string]*Key{}
	formerly = map[string]*Key{} // by Former
	groupSet = map[string]bool{} // beginnings of dotted keys: tls, tls.chain, link.up
)

func init() {
	keyGroups = []keyGroup{
		{"tls", slices.Concat(tlsKeys, certificateKeys, clientAuthKeys, revocationKeys, resumptionKeys, recordKeys, extensionKeys)},
		{"link", linkKeys()},
		{"background", backgroundKeys},
		{"hosts", slices.Concat(hostKeys("client", client), hostKeys("server", server), serverKeys)},
		{"ca", slices.Concat(caKeys, caLinkKeys())},
		{"tcp", slices.Concat(kernelKeys, tcpKeys)},
		{"transfer", transferKeys},
	}
	for _, g := range keyGroups {
		for i := range g.keys {
			k := &g.keys[i]
			k.rank = len(keys)
			keys = append(keys, k)
			keyIndex[k.Name] = k
			if k.Former != "" {
				formerly[k.Former] = k
			}
			for j, c := range k.Name {
				if c == '.' {
					groupSet[k.Name[:j]] = true
				}
			}
		}
	}
}

// keyByName finds a key, or nil.
func keyByName(name string) *Key { return keyIndex[name] }

// isGroup reports whether name is the beginning of dotted keys: tls, tls.chain, link.up.
func isGroup(name string) bool { return groupSet[name] }

// siblings are the words that may stand where the last part of a dotted name stands.
func siblings(name string) []string {
	parent := name[:strings.LastIndexByte(name, '.')+1]
	var words []string
	seen := map[string]bool{}
	for _, k := range keys {
		rest, ok := strings.CutPrefix(k.Name, parent)
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(rest, ".")
		if !seen[first] {
			seen[first] = true
			words = append(words, first)
		}
	}
	return words
}

// isUnset reports whether a key that may be left out has no value.
func (k *Key) isUnset(c *Config) bool {
	if k.unset != nil {
		return k.unset(c)
	}
	return k.Default == "" && k.fields(c)[0].isZero()
}

// meaning is the key's documentation with the bounds of its value.
func (k *Key) meaning() string {
	if bounds := boundsOf(k.fields(newConfig())[0]); bounds != "" {
		return k.Doc + " (" + bounds + ")"
	}
	return k.Doc
}

// description is the key's meaning with its default in words.
func (k *Key) description() string {
	if k.Unset == "" {
		return k.meaning()
	}
	return k.meaning() + ". Default: " + k.Unset
}

// newLink is a link of one hop each way.
func newLink() Link { return Link{Up: make([]netem.Config, 1), Down: make([]netem.Config, 1)} }

// newConfig is a configuration in which only defaults are set.
func newConfig() *Config {
	c := defaultConfig()
	c.Link, c.CA.Link = c.Link.clone(), c.CA.Link.clone()
	return &c
}

var defaultConfig = sync.OnceValue(func() Config {
	c := Config{Link: newLink(), CA: CA{Link: newLink()}, TCP: tcp.DefaultConfig()}
	for _, k := range keys {
		if k.Default == "" {
			continue
		}
		for _, f := range k.fields(&c) {
			if err := f.read(document.NewScalar("default of "+k.Name, k.Default)); err != nil {
				panic("scenarios: " + err.Error()) // a defect of the table
			}
		}
	}
	return c
})

func (l Link) clone() Link { return Link{Up: slices.Clone(l.Up), Down: slices.Clone(l.Down)} }
