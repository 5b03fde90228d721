package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/scenarios"
)

func (a *app) scenariosVerb() *cobra.Command {
	verb := &cobra.Command{
		Use:   "scenarios",
		Short: "List or show the scenarios that come with tlslab, and the presets of links",
		Args:  cobra.NoArgs,
	}
	list := a.scenariosListVerb()
	verb.RunE = list.RunE
	verb.Flags().AddFlagSet(list.Flags())
	verb.AddCommand(list, a.scenariosShowVerb(), a.scenariosLinksVerb())
	return verb
}

// listed is a scenario in the list.
type listed struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Cells      int    `json:"cells"`
	Replicates int    `json:"replicates"`
	size       string
}

func (a *app) scenariosListVerb() *cobra.Command {
	var asJSON bool
	verb := &cobra.Command{
		Use:   "list",
		Short: "List the shipped scenarios",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var all []listed
			for _, name := range scenarios.Shipped() {
				s, err := shippedScenario(cmd.Context(), name)
				if err != nil {
					return err
				}
				all = append(all, listed{s.Name, s.Title, len(s.Cells), s.Replicates, s.Size()})
			}
			if asJSON {
				return a.printJSON(all)
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, s := range all {
				fmt.Fprintf(w, "%s\t%s\t(%s)\n", s.Name, s.Title, s.size)
			}
			return w.Flush()
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return verb
}

func (a *app) scenariosShowVerb() *cobra.Command {
	var asJSON bool
	verb := &cobra.Command{
		Use:   "show SCENARIO",
		Short: "Show a scenario's text, or with --json its cells with the value of every key",
		Args:  oneArgument("SCENARIO"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarios.Shipped(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			file, text, err := a.readScenario(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			s, err := scenarios.Parse(cmd.Context(), file, text, scenarios.Options{})
			if err != nil {
				return err
			}
			if asJSON {
				return a.printJSON(s.Resolved())
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print every cell's configuration as JSON")
	return verb
}

func shippedScenario(ctx context.Context, name string) (*scenarios.Scenario, error) {
	text, err := scenarios.ShippedText(name)
	if err != nil {
		return nil, err
	}
	return scenarios.Parse(ctx, name+".yaml", text, scenarios.Options{})
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
