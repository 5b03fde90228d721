package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/results/folder"
	"tlslab/results/plot"
	scenariorun "tlslab/scenarios/run"
)

func (a *app) reportVerb() *cobra.Command {
	var asJSON bool
	var bench string
	var plots []plot.Format
	verb := &cobra.Command{
		Use:   "report FOLDER",
		Short: "Write a run's report again from its samples",
		Args:  oneArgument("FOLDER"),
		RunE: func(_ *cobra.Command, args []string) error {
			lines, err := allLines(bench)
			if err != nil {
				return err
			}
			made, err := scenariorun.ReportAgain(args[0], folder.Options{AllLines: lines, Plots: plots})
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
	addBench(verb, &bench)
	addPlots(verb, &plots)
	return verb
}
