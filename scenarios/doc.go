// Package scenarios is the language in which questions are put to the lab, and the scenarios that come with it.
//
//	scenario.yaml ─► Parse ─► Scenario: factors, comparison, cells        errors: file, line, column, caret
//	     --set ──────┘            │
//	                              ▼ for each Cell
//	                         Config: every key resolved, as plain data
//	                           │         │            │
//	                 Exchange  ▼         ▼ Link       ▼ NewNetwork
//	             two engines' set-up   netem's     seed of each replicate
//
// The language is one table: a row of keys (keys.go) has a setting's name, its default, its meaning, and the place in a Config that
// it writes to, whose type knows how the value is read and what it may be (quantities.go, words.go, links.go). Reading, defaults,
// --set, the JSON Schema and the test of the documentation all follow from it.
//
// A cell's configuration is made in layers: the defaults, base, --set, and the levels of its factors. Each setting keeps the place
// in the text that it came from. So a combination that cannot be (a suite of another version, a link with a queue and no rate) is
// reported at the setting that is to blame, whichever layer it is in. Nothing is run while anything is wrong.
//
// Seeds are derived here too (seeds.go): cells that differ in anything but the link meet the same network in the same replicate.
package scenarios
