package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/results/folder"
	"tlslab/scenarios"
	scenariorun "tlslab/scenarios/run"
)

func (a *app) rerunVerb() *cobra.Command {
	var f runFlags
	verb := &cobra.Command{
		Use:   "rerun MANIFEST",
		Short: "Do a run again from its manifest.json, and compare what comes out",
		Long: `Do a run again from its manifest.json: the same scenario, settings, seed and cost tables, all of which the manifest holds. The exit
code is 3 if samples.jsonl does not come out the same, byte for byte.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := scenariorun.ReadManifest(args[0])
			if err != nil {
				return err
			}
			s, err := scenarios.Parse(cmd.Context(), m.Scenario.File, []byte(m.Scenario.Text), scenarios.Options{
				Sets: m.Scenario.Sets, Replicates: m.Replicates, Seed: &m.Seed, Costs: m.Tables,
			})
			if err != nil {
				return err
			}
			if f.out == "" {
				f.out = filepath.Dir(args[0]) + "-rerun"
				if dir, err := filepath.Abs(filepath.Dir(args[0])); err == nil {
					f.out = dir + "-rerun"
				}
			}
			if there, err := scenariorun.ReadManifest(filepath.Join(f.out, scenariorun.ManifestName)); err == nil && there.Complete {
				return usageError{fmt.Errorf("%s holds a finished run, and a rerun is to run again: choose another folder with --out, or remove this one", f.out)}
			}
			if m.Version != version {
				a.warn("warning: the manifest is of version %s, this is %s: the results may differ", m.Version, version)
			}
			if err := a.execute(cmd, s, &f, m.Tables); err != nil {
				return err
			}
			return a.compareRuns(m, f.out)
		},
	}
	f.addTo(verb, "that of MANIFEST with -rerun at its end")
	return verb
}

// compareRuns holds the folder of a second run to the manifest of the first.
func (a *app) compareRuns(first *scenariorun.Manifest, out string) error {
	second, err := scenariorun.ReadManifest(filepath.Join(out, scenariorun.ManifestName))
	if err != nil {
		return err
	}
	switch {
	case !first.Complete:
		a.warn("the first run was interrupted after %d replicates: there is nothing to compare with", first.Observations)
	case first.Files[folder.Samples] == second.Files[folder.Samples]:
		a.warn("identical: %s is the same, byte for byte", folder.Samples)
	case first.Events == second.Events:
		return fmt.Errorf("%s %w with the first run's, though all events are the same", folder.Samples, errDisagrees)
	default:
		return fmt.Errorf("%s %w with the first run's: other events happened", folder.Samples, errDisagrees)
	}
	return nil
}
