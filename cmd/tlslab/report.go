package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	scenariorun "tlslab/scenarios/run"
)

func (a *app) reportVerb() *cobra.Command {
	var asJSON bool
	verb := &cobra.Command{
		Use:   "report FOLDER",
		Short: "Make a run's report again from its samples.jsonl",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			made, err := scenariorun.ReportAgain(args[0])
			if err != nil {
				return err
			}
			for _, w := range made.Warnings {
				a.warn("warning: %s", w)
			}
			if err := a.printSummary(made.Summary, asJSON); err != nil {
				return err
			}
			a.warn("report: %s", filepath.Join(args[0], "report.html"))
			return nil
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON in place of the table")
	return verb
}
