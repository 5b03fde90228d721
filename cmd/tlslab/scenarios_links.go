package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/netem"
	"tlslab/results/table"
	"tlslab/scenarios"
)

// shownLink is a preset of a link, with both directions in the words of tc netem.
type shownLink struct {
	Name    string        `json:"name"`
	Title   string        `json:"title"`
	Up      string        `json:"up"`
	Down    string        `json:"down"`
	Figures []shownFigure `json:"figures"`
}

type shownFigure struct {
	Of      string `json:"of"`
	Value   string `json:"value"`
	Source  string `json:"source"`
	Assumed bool   `json:"assumed,omitempty"`
}

func (a *app) scenariosLinksVerb() *cobra.Command {
	var asJSON bool
	verb := &cobra.Command{
		Use:   "links [NAME ...]",
		Short: "Show the presets of links, with their figures and where they come from",
		Long: `Show the presets that a scenario can name, as in "link: lte": both directions in the words of tc
netem, and the source of each figure. A figure without a published source is marked as assumed.`,
		Example: `  tlslab scenarios links
  tlslab scenarios links lte leo --json`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return netem.PresetNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			chosen, err := chosenPresets(args)
			if err != nil {
				return err
			}
			if asJSON {
				all := make([]shownLink, len(chosen))
				for i, p := range chosen {
					all[i] = shownLink{p.Name, p.Title, p.Up.String(), p.Down.String(), nil}
					for _, f := range p.Figures {
						all[i].Figures = append(all[i].Figures, shownFigure(f))
					}
				}
				return a.printJSON(all)
			}
			var text strings.Builder
			for i, p := range chosen {
				if i > 0 {
					text.WriteString("\n")
				}
				writePreset(&text, &p, table.StyleOf(a.stdout).Width)
			}
			_, err = fmt.Fprint(a.stdout, text.String())
			return err
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return verb
}

// chosenPresets are the presets of these names, or all without any.
func chosenPresets(names []string) ([]netem.Preset, error) {
	if len(names) == 0 {
		return netem.Presets(), nil
	}
	var chosen []netem.Preset
	for _, name := range names {
		p, err := scenarios.LinkPreset(name)
		if err != nil {
			return nil, usageError{err}
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// writePreset writes a preset in lines of at most width characters; 0 is unlimited.
func writePreset(w *strings.Builder, p *netem.Preset, width int) {
	fmt.Fprintf(w, "%s: %s\n  up    %s\n  down  %s\n", p.Name, p.Title, p.Up, p.Down)
	for _, f := range p.Figures {
		assumed := ""
		if f.Assumed {
			assumed = " (assumed)"
		}
		figure := fmt.Sprintf("- %s %s%s: %s", f.Of, f.Value, assumed, f.Source)
		w.WriteString(strings.Join(table.Wrap(figure, width, "  "), "\n") + "\n")
	}
}
