package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/results/durable"
	"tlslab/results/export"
	scenariorun "tlslab/scenarios/run"
)

func (a *app) exportVerb() *cobra.Command {
	var format, out string
	verb := &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write a run's samples in another format",
		Long: `Write every replicate of a run in another format: jsonl (a JSON object on each line, with the seeds),
csv, parquet (one file) or bench (Go's benchmark format). The data goes to standard output, or to the
file of --out.`,
		Example: `  tlslab export tlslab-out/full-vs-resumed --format csv --out samples.csv`,
		Args:    oneArgument("FOLDER"),
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(export.Formats(), format) {
				return usageError{fmt.Errorf("--format %s: want one of %s", format, strings.Join(export.Formats(), ", "))}
			}
			store, _, err := scenariorun.Load(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				return export.Write(a.stdout, store, format)
			}
			err = durable.Write(filepath.Dir(out), out, func(w io.Writer) error { return export.Write(w, store, format) })
			if err != nil {
				return fmt.Errorf("--out %s: %w", out, err)
			}
			return nil
		},
	}
	verb.Flags().StringVar(&format, "format", "jsonl", "`FORMAT` to write: "+strings.Join(export.Formats(), ", "))
	verb.Flags().StringVar(&out, "out", "", "`file` to write (default standard output)")
	return verb
}
