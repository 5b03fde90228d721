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
	"tlslab/results/summary"
	scenariorun "tlslab/scenarios/run"
)

func (a *app) exportVerb() *cobra.Command {
	var format, out, figure, table string
	verb := &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write a run's samples in another format",
		Long: `Write every replicate of a run in another format: jsonl (a JSON object on each line, with the seeds),
csv, parquet (one file) or bench (Go's benchmark format). With --figure, write the numbers that a
figure shows, as jsonl or csv. With --table, write what summary.csv leaves out, as csv: the modes of
each cell, the contrasts of levels that differ in one trait, or the comparison of each level with the
best. The data goes to standard output, or to the file of --out.`,
		Example: `  tlslab export tlslab-out/full-vs-resumed --format csv --out samples.csv
  tlslab export tlslab-out/full-vs-resumed --figure quantiles-handshake --format csv
  tlslab export tlslab-out/full-vs-resumed --table modes --out modes.csv`,
		Args: oneArgument("FOLDER"),
		RunE: func(verb *cobra.Command, args []string) error {
			formats := export.Formats()
			switch {
			case table != "" && figure != "":
				return usageError{errors.New("--figure and --table: want one of them")}
			case table != "":
				if !slices.Contains(summary.Tables(), table) {
					return usageError{fmt.Errorf("--table %s: want one of %s", table, strings.Join(summary.Tables(), ", "))}
				}
				formats = export.TableFormats()
				if !verb.Flags().Changed("format") {
					format = formats[0]
				}
			case figure != "":
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
			switch {
			case table != "":
				write = func(w io.Writer) error { return export.Table(w, store, table) }
			case figure != "":
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
	verb.Flags().StringVar(&table, "table", "", "`name` of a table that is written as csv: "+strings.Join(summary.Tables(), ", "))
	verb.Flags().StringVar(&out, "out", "", "`file` to write (default standard output)")
	return verb
}
