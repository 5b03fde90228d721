package main

import (
	"errors"
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
	var format, out, figure string
	verb := &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write a run's samples in another format",
		Long: `Write every replicate of a run in another format: jsonl (a JSON object on each line, with the seeds),
csv, parquet (one file) or bench (Go's benchmark format). With --figure, write the numbers that a
figure shows, as jsonl or csv. The data goes to standard output, or to the file of --out.`,
		Example: `  tlslab export tlslab-out/full-vs-resumed --format csv --out samples.csv
  tlslab export tlslab-out/full-vs-resumed --figure quantiles-handshake --format csv`,
		Args: oneArgument("FOLDER"),
		RunE: func(_ *cobra.Command, args []string) error {
			formats := export.Formats()
			if figure != "" {
				formats = export.FigureFormats()
			}
			if !slices.Contains(formats, format) {
				return usageError{fmt.Errorf("--format %s: want one of %s", format, strings.Join(formats, ", "))}
			}
			store, _, err := scenariorun.Load(args[0])
			if err != nil {
				return err
			}
			write := func(w io.Writer) error { return export.Write(w, store, format) }
			if figure != "" {
				write = func(w io.Writer) error { return export.Figure(w, store, figure, format) }
			}
			if out == "" {
				err = write(a.stdout)
			} else {
				err = durable.Write(filepath.Dir(out), out, write)
			}
			if unknown := (*export.UnknownFigure)(nil); errors.As(err, &unknown) {
				return usageError{fmt.Errorf("--figure: %w", unknown)}
			}
			if out != "" && err != nil {
				return fmt.Errorf("--out %s: %w", out, err)
			}
			return err
		},
	}
	verb.Flags().StringVar(&format, "format", "jsonl", "`FORMAT` to write: "+strings.Join(export.Formats(), ", "))
	verb.Flags().StringVar(&figure, "figure", "", "`name` of a figure whose numbers are written: a file of plots/ without its extension")
	verb.Flags().StringVar(&out, "out", "", "`file` to write (default standard output)")
	return verb
}
