package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/results"
	"tlslab/results/compare"
	"tlslab/scenarios"
	scenariorun "tlslab/scenarios/run"
)

// settings are the values of each setting of a run, in the order of the cells, each once.
type settings map[string][]string

// differences lists the settings in which runs differ: version, seed, replicates, scenario keys,
// factors and prices of the cost tables. A run without a manifest has the settings of its header.
func differences(ctx context.Context, headers []*results.Header, manifests []*scenariorun.Manifest) []compare.Difference {
	all := make([]settings, len(headers))
	var names []string
	for i, h := range headers {
		all[i] = settings{}
		add := func(name, value string) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			if !slices.Contains(all[i][name], value) {
				all[i][name] = append(all[i][name], value)
			}
		}
		add("scenario", h.Scenario)
		add("tlslab version", h.Version)
		add("seed", strconv.FormatUint(h.Seed, 10))
		add("replicates", strconv.Itoa(h.Replicates))
		if h.Compare != nil {
			add("compare", fmt.Sprintf("%s against %s", h.Compare.Factor, h.Compare.Baseline))
		}
		for _, f := range h.Factors {
			add("levels of "+f.Name, strings.Join(f.Levels, ", "))
		}
	}
	keys, ok := scenarioKeys(ctx, manifests)
	for i := range headers {
		var found settings
		if ok {
			found = keys[i]
		} else {
			found = settings{}
			for _, s := range headers[i].Constant {
				found[s.Name] = []string{s.Value}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			all[i][name] = found[name]
		}
		for _, name := range slices.Sorted(maps.Keys(prices(manifests[i]))) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			all[i][name] = prices(manifests[i])[name]
		}
	}
	var differ []compare.Difference
	for _, name := range names {
		d := compare.Difference{Name: name}
		for i := range all {
			d.Values = append(d.Values, strings.Join(all[i][name], ", "))
		}
		if len(slices.Compact(slices.Clone(d.Values))) > 1 {
			differ = append(differ, d)
		}
	}
	return differ
}

// scenarioKeys returns the scenario keys of each run, with the values of the cells that all runs
// have. ok is false if a run has no manifest, or one with a scenario that this version of tlslab
// does not read.
func scenarioKeys(ctx context.Context, manifests []*scenariorun.Manifest) (all []settings, ok bool) {
	var parsed [][]scenarios.Resolved
	cells := map[string]int{} // how many runs have a cell
	for _, m := range manifests {
		if m == nil {
			return nil, false
		}
		s, err := scenarios.Parse(ctx, m.Scenario.File, []byte(m.Scenario.Text), scenarios.Options{Sets: m.Scenario.Sets, Seed: &m.Seed, Costs: m.Tables, Traces: m.Trace, Distributions: m.Distribution})
		if err != nil {
			return nil, false
		}
		parsed = append(parsed, s.Resolved())
		for _, cell := range s.Resolved() {
			cells[fmt.Sprint(cell.Cell)]++ // fmt sorts the keys of a map
		}
	}
	for _, run := range parsed {
		found := settings{}
		for _, cell := range run {
			if cells[fmt.Sprint(cell.Cell)] < len(parsed) {
				continue // listed as missing
			}
			for key, value := range cell.Config {
				text := fmt.Sprint(value)
				if list, is := value.([]string); is {
					text = strings.Join(list, " + ")
				}
				if !slices.Contains(found[key], text) {
					found[key] = append(found[key], text)
				}
			}
		}
		all = append(all, found)
	}
	return all, true
}

// prices are the prices of the cost tables of a run.
func prices(m *scenariorun.Manifest) settings {
	found := settings{}
	if m == nil {
		return found
	}
	for name := range m.Costs {
		table, err := m.Tables(name)
		if err != nil {
			found["cost table "+name] = []string{m.Costs[name].Hash}
			continue
		}
		for _, p := range table.Prices {
			text := fmt.Sprintf("%d ns", p.NS)
			if p.PSPerByte != 0 {
				text += fmt.Sprintf(" + %d ps/B", p.PSPerByte)
			}
			found["cost of "+p.Op+" ("+name+")"] = []string{text}
		}
		var machine bytes.Buffer
		if text, err := json.Marshal(table.Machine); err == nil && json.Compact(&machine, text) == nil {
			found["machine of cost table "+name] = []string{machine.String()}
		}
	}
	return found
}
