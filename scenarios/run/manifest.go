package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// ManifestName is the manifest's file in an output folder.
const ManifestName = "manifest.json"

// ManifestSchema is the version of the manifest's format.
const ManifestSchema = 1

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
	Files        map[string]string `json:"files_sha256"`  // of every file of the folder but this one

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

// ReadManifest reads and checks a manifest.
func ReadManifest(path string) (*Manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: not a manifest: %w", path, err)
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
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, ManifestName), append(text, '\n'))
}

// replaceFile writes a file beside its place and renames it, so that there is the old text or the new one.
func replaceFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// seal fills in what is known once the files are there.
func (m *Manifest) seal(dir string, files []string) error {
	m.Files = map[string]string{}
	for _, name := range append([]string{folder.Samples}, files...) {
		sum, err := hashFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		m.Files[name] = sum
	}
	f, err := results.Open(filepath.Join(dir, folder.Samples))
	if err != nil {
		return err
	}
	defer f.Close()
	m.Observations = f.Lines
	m.Complete = f.Lines == m.Cells*m.Replicates && !f.Torn()
	m.Events, err = hashEvents(f)
	return err
}

// hashEvents is the hash over the events of all replicates.
func hashEvents(f *results.File) (string, error) {
	h := sha256.New()
	var one [8]byte
	err := f.Each(func(o *results.Observation) error {
		binary.BigEndian.PutUint64(one[:], o.Hash)
		h.Write(one[:])
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
