package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/scenarios/document"
)

// A SettingError is an error of lowering a configuration, with the keys that may be to blame.
type SettingError struct {
	Keys []string // the most likely mistake first
	Err  error
}

func (e *SettingError) Error() string { return e.Keys[0] + ": " + e.Err.Error() }
func (e *SettingError) Unwrap() error { return e.Err }

// Locate gives a cell's error a place in the scenario. For a *SettingError it returns
// document.Errors at the first of its keys that has a setting; for another error, the error with
// the cell's name before it.
func (s *Scenario) Locate(c *Cell, err error) error {
	var setting *SettingError
	if !errors.As(err, &setting) {
		if len(c.Levels) == 0 {
			return err
		}
		return fmt.Errorf("cell %s: %w", s.Describe(c), err)
	}
	_, origin, _ := s.layers.configure(s.chosen(c))
	return document.Errors{s.placeConflict(c.Levels, conflict{setting.Keys, setting.Err.Error()}, origin)}
}

// chosen returns the levels of a cell.
func (s *Scenario) chosen(c *Cell) []Level {
	levels := make([]Level, len(c.Levels))
	for i, name := range c.Levels {
		f := &s.Factors[i]
		levels[i] = f.Levels[f.level(name)]
	}
	return levels
}

// placeConflict is the error of a conflict, with the cell's name.
func (s *Scenario) placeConflict(levels []string, f conflict, origin map[string]setting) *document.Error {
	e := s.at(f, origin)
	if len(levels) > 0 {
		e.Message += " (in the cell " + describe(s, levels) + ")"
	}
	return e
}

// at is the error of a conflict at the first of its keys that has a setting.
func (s *Scenario) at(f conflict, origin map[string]setting) *document.Error {
	for _, key := range f.keys {
		if set, ok := origin[key]; ok {
			return set.node.Errorf("%s: %s", key, f.message)
		}
	}
	return s.layers.source.Errorf("%s: %s", f.keys[0], f.message)
}

// describe names a cell for people: tls.version=1.3 link.delay=25ms.
func describe(s *Scenario, levels []string) string {
	parts := make([]string, len(levels))
	for i, l := range levels {
		parts[i] = s.Factors[i].Name + "=" + l
	}
	return strings.Join(parts, " ")
}

// Describe names a cell for people: tls.version=1.3 link.delay=25ms.
func (s *Scenario) Describe(c *Cell) string { return describe(s, c.Levels) }
