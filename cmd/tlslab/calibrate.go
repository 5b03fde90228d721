package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tlslab/sim/costs"
)

func (a *app) calibrateVerb() *cobra.Command {
	var out string
	o := costs.Options{Name: "calibrated"}
	verb := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure what each cryptographic operation costs on this machine",
		Long: `Measure what each cryptographic operation costs on one core of this machine, and write the cost table as JSON. A scenario uses it as
client.costs or server.costs. Nothing else should be running meanwhile.`,
		Example: `  tlslab calibrate --out laptop.json
  tlslab run full-vs-resumed --set server.costs=laptop.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Done = func(p costs.Price) { a.warn("%-40s %10d ns %8d ps/B", p.Op, p.NS, p.PSPerByte) }
			t, err := costs.Measure(cmd.Context(), o)
			if err != nil {
				return err
			}
			if out == "" {
				return t.Write(a.stdout)
			}
			f, err := os.Create(out)
			if err != nil {
				return err
			}
			if err := t.Write(f); err != nil {
				return fmt.Errorf("%s: %w", out, err)
			}
			return f.Close()
		},
	}
	verb.Flags().StringVar(&out, "out", "", "`file` for the table (default standard output)")
	verb.Flags().StringVar(&o.Name, "name", o.Name, "name of the table")
	return verb
}
