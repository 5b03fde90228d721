// Package scenarios is the language of scenarios, and the scenarios that come with tlslab.
//
//	scenario.yaml ─► document ─► Parse ─► Scenario: factors, comparison, cells
//	     --set ─────────────────┘            │
//	                                         ▼ for each Cell
//	                                    Config: the value of every key, as plain data
//	                                      │          │            │
//	                            Exchange  ▼   World  ▼            ▼ NetworkSeeds
//	                    two engines' set-up   sim's world    seed of each replicate
//
// The language is one table of keys. A row (Key) has a key's name, label, default, meaning and
// field of a Config, the checks beside other keys, the condition under which the key applies, and
// what it tells the engines. Reading, --set, the JSON Schema and the tables of docs/scenarios.md
// are made from the rows. The files are grouped by prefix:
//
//	key_*     the rows of the table
//	value_*   the types of values: how they are read, and their bounds
//	read_*    from YAML to settings: base, factors, exclude, compare, --set
//	lower_*   from a Config to engines, world, header and real sockets
//
// A cell's configuration is made in layers (cells.go): the defaults, base, --set, and the levels of
// its factors. Each setting keeps its place in the text, so an impossible combination (a suite of
// another version, a queue without a rate) is reported at the setting to blame, in whichever layer
// it is. A key that is set and applies in no cell is an error too. A scenario with a
// mistake does not run.
//
// Seeds are derived here (seeds.go) from the root seed and the replicate's number: all cells meet
// the same random draws in the same replicate.
package scenarios
