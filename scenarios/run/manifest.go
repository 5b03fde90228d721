package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tlslab/results/durable"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// ManifestName is the manifest's file in an output folder.
const ManifestName = "manifest.json"

// ManifestSchema is the version of the manifest's format.
const ManifestSchema = 2

// Manifest is manifest.json: all that is needed to do a run again and to see that it came out the same. Two runs of one scenario,
// seed and version have the same manifest, but for its section run.
type Manifest struct {
	Schema     int                  `json:"schema"`
	Scenario   ScenarioText         `json:"scenario"`
	Seed       uint64               `json:"seed"`
	Replicates int                  `json:"replicates"`
	Version    string               `json:"version"`
	Costs      map[string]CostTable `json:"costs"` // by the name that the scenario uses

	Cells        int               `json:"cells"`
	Observations int               `json:"observations"`
	Complete     bool              `json:"complete"`
	Events       string            `json:"events_sha256"` // over the hash of each replicate's events, 8 bytes big-endian each, in order
	Files        map[string]string `json:"files_sha256"`  // of every file of the folder but this one, by name with slashes

	Run Execution `json:"run"`
}

// ScenarioText is the scenario as it was given.
type ScenarioText struct {
	Name string   `json:"name"`
	File string   `json:"file"`
	Hash string   `json:"sha256"` // of the text
	Sets []string `json:"set,omitempty"`
	Text string   `json:"text"`
}

// CostTable is a cost table as it was used.
type CostTable struct {
	Hash  string          `json:"sha256"` // of the table as costs.Table writes it
	Table json.RawMessage `json:"table"`
}

// Execution is what differs from one run of the same to the next. Comparisons leave it out.
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

// newManifest describes a run that is about to begin.
func newManifest(s *scenarios.Scenario, version string, tables Tables) (*Manifest, error) {
	m := &Manifest{
		Schema:   ManifestSchema,
		Scenario: ScenarioText{Name: s.Name, File: filepath.Base(s.File), Hash: hash(s.Text), Sets: s.Sets, Text: string(s.Text)},
		Seed:     s.Seed, Replicates: s.Replicates, Version: version,
		Costs: map[string]CostTable{}, Cells: len(s.Cells), Files: map[string]string{},
	}
	for i := range s.Cells {
		for _, name := range s.Cells[i].Config.CostTables() {
			if _, there := m.Costs[name]; there {
				continue
			}
			table, err := tables(name)
			if err != nil {
				return nil, err
			}
			var text bytes.Buffer
			if err := table.Write(&text); err != nil {
				return nil, fmt.Errorf("cost table %s: %w", name, err)
			}
			m.Costs[name] = CostTable{Hash: hash(text.Bytes()), Table: text.Bytes()}
		}
	}
	return m, nil
}

// differs says in what two manifests are not of the same run, or "".
func (m *Manifest) differs(o *Manifest) string {
	switch {
	case m.Version != o.Version:
		return fmt.Sprintf("version %s, this is %s", m.Version, o.Version)
	case m.Scenario.Name != o.Scenario.Name:
		return fmt.Sprintf("scenario %s, this is %s", m.Scenario.Name, o.Scenario.Name)
	case m.Scenario.Hash != o.Scenario.Hash:
		return "another text of the scenario"
	case !slices.Equal(m.Scenario.Sets, o.Scenario.Sets):
		return fmt.Sprintf("settings %q, these are %q", m.Scenario.Sets, o.Scenario.Sets)
	case m.Seed != o.Seed:
		return fmt.Sprintf("seed %d, this is %d", m.Seed, o.Seed)
	case m.Replicates != o.Replicates:
		return fmt.Sprintf("%d replicates, these are %d", m.Replicates, o.Replicates)
	}
	for name, table := range o.Costs {
		if m.Costs[name].Hash != table.Hash {
			return "another cost table " + name
		}
	}
	return ""
}

// ReadManifest reads and checks a manifest. An error names the file.
func ReadManifest(path string) (*Manifest, error) {
	var m Manifest
	err := durable.ReadSealed(path, &m)
	if errors.Is(err, durable.ErrChanged) && older(path) {
		return nil, fmt.Errorf("%s: an earlier version of tlslab wrote it, which this version does not read: run the scenario again into another folder", path)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case m.Schema != ManifestSchema:
		return nil, fmt.Errorf("%s: schema %d: this version reads schema %d", path, m.Schema, ManifestSchema)
	case m.Replicates < 1:
		return nil, fmt.Errorf("%s: %d replicates: a cell is run at least once", path, m.Replicates)
	case hash([]byte(m.Scenario.Text)) != m.Scenario.Hash:
		return nil, fmt.Errorf("%s: the scenario's text was changed: its hash is not the one that stands beside it", path)
	}
	return &m, nil
}

// older reports whether a file is a manifest of an earlier schema, which had no seal.
func older(path string) bool {
	text, err := os.ReadFile(path)
	var m struct{ Schema int }
	return err == nil && json.Unmarshal(text, &m) == nil && m.Schema > 0 && m.Schema < ManifestSchema
}

// Tables finds the cost tables that the manifest carries.
func (m *Manifest) Tables(name string) (*costs.Table, error) {
	table, ok := m.Costs[name]
	if !ok {
		return nil, fmt.Errorf("the manifest has no cost table %s", name)
	}
	return costs.Read(name, bytes.NewReader(table.Table))
}

// write puts the manifest into a folder, whole or not at all.
func (m *Manifest) write(dir string) error {
	return durable.WriteSealed(filepath.Join(dir, ManifestName), m)
}

// seal fills in what is known once the files are there: their hashes are given, by name.
func (m *Manifest) seal(dir string, store *samples.Store, files map[string]string) error {
	m.Files = maps.Clone(files)
	maps.Copy(m.Files, store.Hashes())
	list, err := hashFile(filepath.Join(dir, samples.List))
	if err != nil {
		return err
	}
	m.Files[samples.List] = list
	m.Observations = store.Observations()
	m.Complete = store.Complete()
	m.Events, err = store.Events()
	return err
}

// describes returns in what the manifest is not that of the samples beside it. The manifest of a run
// that was not finished knows only some of them.
func (m *Manifest) describes(store *samples.Store) error {
	h := store.Header()
	if m.Scenario.Name != h.Scenario || m.Seed != h.Seed || m.Replicates != h.Replicates || m.Version != h.Version || m.Cells != len(h.Cells) {
		return fmt.Errorf("%s is of another run than the parts in %s", ManifestName, samples.Folder)
	}
	if !m.Complete {
		return nil
	}
	for name, hash := range store.Hashes() {
		if m.Files[name] != hash {
			return fmt.Errorf("%s: it is not the part of which %s has the hash: %w", name, ManifestName, samples.ErrPart)
		}
	}
	return nil
}

// tidy removes the files that the earlier manifest lists and this one does not, and that are still
// as tlslab wrote them. It returns the names of all other files that this manifest does not list.
func (m *Manifest) tidy(dir string, earlier *Manifest) (foreign []string, err error) {
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

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func hashFile(path string) (string, error) {
	text, err := os.ReadFile(path)
	return hash(text), err
}
