package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/sim/costs"
)

func (a *app) calibrateVerb() *cobra.Command {
	var out string
	o := costs.Options{Name: "calibrated"}
	verb := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure what each cryptographic operation costs on this machine",
		Long: `Measure what each cryptographic operation costs on one core of this machine, and write the cost
table as JSON. A scenario uses it as client.costs or server.costs. Nothing else should be running
meanwhile.`,
		Example: `  tlslab calibrate --out laptop.json
  tlslab run full-vs-resumed --set server.costs=laptop.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Done = func(p costs.Price) { a.warn("%-40s %10d ns %8d ps/B", p.Op, p.NS, p.PSPerByte) }
			if out == "" {
				return measure(cmd.Context(), o, a.stdout)
			}
			// A temporary file shows before the measurement that the folder can be written, and
			// keeps an older table until it is done.
			f, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+"-*")
			if err != nil {
				return fmt.Errorf("--out %s: %w", out, err)
			}
			err = measure(cmd.Context(), o, f)
			if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
				err = os.Rename(f.Name(), out)
			}
			if err != nil {
				return errors.Join(err, os.Remove(f.Name()))
			}
			return nil
		},
	}
	verb.Flags().StringVar(&out, "out", "", "`file` for the table (default standard output)")
	verb.Flags().StringVar(&o.Name, "name", o.Name, "name of the table")
	return verb
}

// measure writes the cost table of this machine.
func measure(ctx context.Context, o costs.Options, w io.Writer) error {
	t, err := costs.Measure(ctx, o)
	if err != nil {
		return err
	}
	return t.Write(w)
}
