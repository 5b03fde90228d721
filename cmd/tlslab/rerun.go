package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/results/samples"
	"tlslab/scenarios"
	scenariorun "tlslab/scenarios/run"
)

func (a *app) rerunVerb() *cobra.Command {
	var f runFlags
	verb := &cobra.Command{
		Use:   "rerun MANIFEST",
		Short: "Repeat a run from its manifest.json, and compare the replicates",
		Long: `Repeat a run from its manifest.json, which has the scenario, settings, seed and cost tables. Then
compare every replicate with those in the samples folder beside the manifest. The exit code is 3 if
any replicate differs.`,
		Example: `  tlslab rerun tlslab-out/full-vs-resumed/manifest.json`,
		Args:    oneArgument("MANIFEST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
				return usageError{fmt.Errorf("%s is a folder: name the manifest in it, %s", args[0], filepath.Join(args[0], scenariorun.ManifestName))}
			}
			first, m, err := scenariorun.Load(filepath.Dir(args[0]))
			if err != nil {
				return fmt.Errorf("the run of %s: %w", args[0], err)
			}
			if m == nil || filepath.Base(args[0]) != scenariorun.ManifestName {
				if m, err = scenariorun.ReadManifest(args[0]); err != nil {
					return err
				}
			}
			s, err := scenarios.Parse(cmd.Context(), m.Scenario.File, []byte(m.Scenario.Text), scenarios.Options{
				Sets: m.Scenario.Sets, Replicates: m.Replicates, Target: m.Target, Seed: &m.Seed, Costs: m.Tables, Traces: m.Trace, Distributions: m.Distribution,
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
				return usageError{fmt.Errorf("%s holds a finished run, so there is nothing to run: choose another folder with --out, or remove this one", f.out)}
			}
			if m.Version != version {
				a.warn("warning: the manifest is of version %s, this is %s: the results may differ", m.Version, version)
			}
			if err := a.execute(cmd, s, &f, m.Tables); err != nil {
				return err
			}
			return a.compareRuns(first, f.out)
		},
	}
	f.addTo(verb, "that of MANIFEST with -rerun at its end")
	return verb
}

// compareRuns compares the samples of a first run with those in the folder out of a second.
func (a *app) compareRuns(first *samples.Store, out string) error {
	m, err := scenariorun.ReadManifest(filepath.Join(out, scenariorun.ManifestName))
	if err != nil {
		return err
	}
	if !first.Complete() {
		a.warn("the first run was interrupted: only its %d replicates are compared", first.Observations())
	}
	if hashes := first.Hashes(); m.Complete && first.Complete() && holds(m.Files, hashes) {
		a.warn("identical: all %d replicates are the same, and so are the parts, byte for byte", first.Observations())
		return nil
	}
	second, _, err := scenariorun.Load(out)
	if err != nil {
		return err
	}
	c, err := samples.Compare(first, second)
	if err != nil {
		return err
	}
	for _, example := range c.Examples {
		a.warn("%s", example)
	}
	switch {
	case c.Differ > 0:
		return fmt.Errorf("%d of %d replicates %w with the first run's", c.Differ, c.Compared, errDisagrees)
	case c.Uneven > 0:
		return fmt.Errorf("the number of replicates %w with the first run's in %d cells; the %d replicates that both runs have are the same", errDisagrees, c.Uneven, c.Compared)
	}
	a.warn("identical: all %d replicates are the same", c.Compared)
	return nil
}

// holds reports whether every entry of some is in all.
func holds(all, some map[string]string) bool {
	common := maps.Clone(all)
	maps.DeleteFunc(common, func(name, _ string) bool { return some[name] == "" })
	return maps.Equal(common, some)
}
