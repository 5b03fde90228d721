package run

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"tlslab/netem"
	"tlslab/results"
	"tlslab/results/durable"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// ManifestName is the manifest's file in an output folder.
const ManifestName = "manifest.json"

// ManifestSchema is the version of the manifest's format.
const ManifestSchema = 3

// Manifest is manifest.json: what is needed to repeat a run and to check its files. Two runs of the
// same scenario, seed and version have the same manifest except for Run.
type Manifest struct {
	Schema     int                  `json:"schema"`
	Scenario   ScenarioText         `json:"scenario"`
	Seed       uint64               `json:"seed"`
	Replicates int                  `json:"replicates"` // of each cell; with a Target, at most
	Target     *results.Target      `json:"target,omitempty"`
	Version    string               `json:"version"`
	Costs      map[string]CostTable `json:"costs"`            // by the name in the scenario
	Traces     map[string]LinkFile  `json:"traces,omitempty"` // by the name in the scenario
	// Distributions are the tables of jitter, by the name in the scenario.
	Distributions map[string]LinkFile `json:"distributions,omitempty"`

	Cells        int    `json:"cells"`
	Observations int    `json:"observations"`
	Complete     bool   `json:"complete"`
	Events       string `json:"events_sha256"` // samples.Store.Events
	// Files maps the name of every other file of the folder, with slashes, to its SHA-256.
	Files map[string]string `json:"files_sha256"`

	Run Execution `json:"run"`
}

// ScenarioText is the scenario's text and the settings of --set.
type ScenarioText struct {
	Name string   `json:"name"`
	File string   `json:"file"`
	Hash string   `json:"sha256"` // of the text
	Sets []string `json:"set,omitempty"`
	Text string   `json:"text"`
}

// CostTable is a cost table that the run used.
type CostTable struct {
	Hash  string          `json:"sha256"` // of the table as costs.Table writes it
	Table json.RawMessage `json:"table"`
}

// LinkFile is a file that a link of the run uses: a trace of delivery opportunities, or a
// distribution table of jitter.
type LinkFile struct {
	Hash string `json:"sha256"` // Hash of netem.Trace or netem.DistributionTable
	Gzip []byte `json:"gzip"`   // Text, compressed
}

// Execution describes how a run was executed. It differs between two runs of the same scenario.
type Execution struct {
	Command  []string  `json:"command"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Resumed  int       `json:"resumed_after,omitempty"` // observations that were there before
	Workers  int       `json:"workers"`
	OS       string    `json:"os"`
	Arch     string    `json:"arch"`
	CPUs     int       `json:"cpus"`
	Go       string    `json:"go"`
}

// newManifest returns the manifest of a run that has not begun.
func newManifest(s *scenarios.Scenario, version string, tables Tables) (*Manifest, error) {
	m := &Manifest{
		Schema:   ManifestSchema,
		Scenario: ScenarioText{Name: s.Name, File: filepath.Base(s.File), Hash: durable.Hash(s.Text), Sets: s.Sets, Text: string(s.Text)},
		Seed:     s.Seed, Replicates: s.Replicates, Target: s.Target, Version: version,
		Costs: map[string]CostTable{}, Cells: len(s.Cells), Files: map[string]string{},
	}
	if err := m.addTraces(s); err != nil {
		return nil, err
	}
	for i := range s.Cells {
		for _, of := range s.Cells[i].Config.CostTables() {
			name := of.Table
			if _, there := m.Costs[name]; there {
				continue
			}
			table, err := tables(name)
			if err != nil {
				return nil, s.Locate(&s.Cells[i], &scenarios.SettingError{Keys: []string{of.Key}, Err: err})
			}
			var text bytes.Buffer
			if err := table.Write(&text); err != nil {
				return nil, fmt.Errorf("cost table %s: %w", name, err)
			}
			m.Costs[name] = CostTable{Hash: durable.Hash(text.Bytes()), Table: text.Bytes()}
		}
	}
	return m, nil
}

// addTraces adds the traces and the distribution tables of all cells.
func (m *Manifest) addTraces(s *scenarios.Scenario) error {
	for i := range s.Cells {
		for _, trace := range s.Cells[i].Config.Traces() {
			if _, there := m.Traces[trace.Name()]; there {
				continue
			}
			packed, err := compress(trace.Text())
			if err != nil {
				return fmt.Errorf("trace %s: %w", trace.Name(), err)
			}
			if m.Traces == nil {
				m.Traces = map[string]LinkFile{}
			}
			m.Traces[trace.Name()] = LinkFile{trace.Hash(), packed}
		}
	}
	for i := range s.Cells {
		for _, table := range s.Cells[i].Config.DistributionTables() {
			if _, there := m.Distributions[table.Name()]; there {
				continue
			}
			packed, err := compress(table.Text())
			if err != nil {
				return fmt.Errorf("distribution %s: %w", table.Name(), err)
			}
			if m.Distributions == nil {
				m.Distributions = map[string]LinkFile{}
			}
			m.Distributions[table.Name()] = LinkFile{table.Hash(), packed}
		}
	}
	return nil
}

func compress(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// differs describes the first difference that makes two manifests those of different runs. It
// returns "" if there is none.
func (m *Manifest) differs(o *Manifest) string {
	switch {
	case m.Version != o.Version:
		return fmt.Sprintf("version %s, this is %s", m.Version, o.Version)
	case m.Scenario.Name != o.Scenario.Name:
		return fmt.Sprintf("scenario %s, this is %s", m.Scenario.Name, o.Scenario.Name)
	case m.Scenario.Hash != o.Scenario.Hash:
		return "the scenario's text differs"
	case !slices.Equal(m.Scenario.Sets, o.Scenario.Sets):
		return fmt.Sprintf("settings %q, these are %q", m.Scenario.Sets, o.Scenario.Sets)
	case m.Seed != o.Seed:
		return fmt.Sprintf("seed %d, this is %d", m.Seed, o.Seed)
	case m.Replicates != o.Replicates:
		return fmt.Sprintf("%d replicates, these are %d", m.Replicates, o.Replicates)
	case !reflect.DeepEqual(m.Target, o.Target):
		return "replicates until another precision is reached"
	}
	for name, table := range o.Costs {
		if m.Costs[name].Hash != table.Hash {
			return "cost table " + name + " differs"
		}
	}
	for name, trace := range o.Traces {
		if m.Traces[name].Hash != trace.Hash {
			return "trace " + name + " differs"
		}
	}
	for name, table := range o.Distributions {
		if m.Distributions[name].Hash != table.Hash {
			return "distribution " + name + " differs"
		}
	}
	return ""
}

// ReadManifest reads and checks a manifest. An error names the file.
func ReadManifest(path string) (*Manifest, error) {
	var m Manifest
	_, err := durable.ReadSealed(path, &m)
	if old, ok := unsealed(path); errors.Is(err, durable.ErrChanged) && ok {
		return nil, fmt.Errorf("%s: %w", path, results.CheckSchema(old, ManifestSchema))
	}
	if err != nil {
		return nil, err
	}
	if err := results.CheckSchema(m.Schema, ManifestSchema); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case m.Replicates < 1:
		return nil, fmt.Errorf("%s: %d replicates: a cell is run at least once", path, m.Replicates)
	case durable.Hash([]byte(m.Scenario.Text)) != m.Scenario.Hash:
		return nil, fmt.Errorf("%s: the scenario's text does not match its SHA-256", path)
	}
	return &m, nil
}

// unsealed returns the schema of a manifest of schema 1, which has no seal.
func unsealed(path string) (schema int, ok bool) {
	text, err := os.ReadFile(path)
	var m struct{ Schema int }
	return 1, err == nil && json.Unmarshal(text, &m) == nil && m.Schema == 1
}

// Tables returns a cost table of the manifest by its name.
func (m *Manifest) Tables(name string) (*costs.Table, error) {
	table, ok := m.Costs[name]
	if !ok {
		return nil, fmt.Errorf("the manifest has no cost table %s", name)
	}
	return costs.Read(name, bytes.NewReader(table.Table))
}

// Trace returns a trace of the manifest by its name.
func (m *Manifest) Trace(name string) (*netem.Trace, error) {
	packed, ok := m.Traces[name]
	if !ok {
		return nil, fmt.Errorf("the manifest has no trace %s", name)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed.Gzip))
	if err != nil {
		return nil, fmt.Errorf("the manifest's trace %s: %w", name, err)
	}
	trace, err := netem.ReadTrace(name, r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the manifest's trace: %w", err)
	case trace.Hash() != packed.Hash:
		return nil, fmt.Errorf("the manifest's trace %s does not match its SHA-256", name)
	}
	return trace, nil
}

// Distribution returns a distribution table of the manifest by its name.
func (m *Manifest) Distribution(name string) (*netem.DistributionTable, error) {
	packed, ok := m.Distributions[name]
	if !ok {
		return nil, fmt.Errorf("the manifest has no distribution %s", name)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed.Gzip))
	if err != nil {
		return nil, fmt.Errorf("the manifest's distribution %s: %w", name, err)
	}
	table, err := netem.ReadTable(name, r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the manifest's distribution: %w", err)
	case table.Hash() != packed.Hash:
		return nil, fmt.Errorf("the manifest's distribution %s does not match its SHA-256", name)
	}
	return table, nil
}

// write writes the manifest into a folder.
func (m *Manifest) write(dir string) error {
	_, err := durable.WriteSealed(filepath.Join(dir, ManifestName), m)
	return err
}

// complete fills in what depends on the samples and the other files, whose SHA-256 are given by
// name.
func (m *Manifest) complete(store *samples.Store, files map[string]string) error {
	m.Files = maps.Clone(files)
	maps.Copy(m.Files, store.Hashes())
	m.Files[samples.List] = store.ListHash()
	m.Observations = store.Observations()
	m.Complete = store.Complete()
	var err error
	m.Events, err = store.Events()
	return err
}

// matches returns an error if the manifest is not that of the samples beside it. The manifest of an
// unfinished run may lack some of the parts.
func (m *Manifest) matches(store *samples.Store) error {
	h := store.Header()
	if m.Scenario.Name != h.Scenario || m.Seed != h.Seed || m.Replicates != h.Replicates || !reflect.DeepEqual(m.Target, h.Target) || m.Version != h.Version || m.Cells != len(h.Cells) {
		return fmt.Errorf("%s belongs to another run than the parts in %s", ManifestName, samples.Folder)
	}
	if !m.Complete {
		return nil
	}
	for name, hash := range store.Hashes() {
		if m.Files[name] != hash {
			return fmt.Errorf("%s: its SHA-256 is not the one in %s: %w", name, ManifestName, samples.ErrPart)
		}
	}
	if m.Files[samples.List] != store.ListHash() {
		return fmt.Errorf("%s lists %d replicates, and %s says that the finished run has %d: restore both, or run the scenario again into another folder",
			samples.List, store.Observations(), ManifestName, m.Observations)
	}
	return nil
}

// removeStale removes the files that the earlier manifest lists and this one does not, if they are
// unchanged. It returns the names of all other files that this manifest does not list.
func (m *Manifest) removeStale(dir string, earlier *Manifest) (foreign []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if _, listed := m.Files[name]; listed || name == ManifestName {
			return nil
		}
		if earlier != nil && entry.Type().IsRegular() && earlier.Files[name] != "" {
			if hash, err := hashFile(path); err == nil && hash == earlier.Files[name] {
				return os.Remove(path)
			}
		}
		foreign = append(foreign, name)
		return nil
	})
	return foreign, errors.Join(err, durable.SyncFolder(dir))
}

func hashFile(path string) (string, error) {
	text, err := os.ReadFile(path)
	return durable.Hash(text), err
}
