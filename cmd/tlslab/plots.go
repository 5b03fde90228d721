package main

import (
	"strings"

	"github.com/spf13/cobra"

	"tlslab/results/plot"
)

// addPlots defines the flag for the formats of the figures' files.
func addPlots(verb *cobra.Command, to *[]plot.Format) {
	*to = []plot.Format{"svg", "png"}
	verb.Flags().Var((*plotFormats)(to), "plots", "`formats` of the figures' files: a list of svg (always written), png and pdf")
}

// plotFormats is a list of formats as the value of a flag.
type plotFormats []plot.Format

// Set implements pflag.Value.
func (f *plotFormats) Set(list string) error {
	formats, err := plot.ParseFormats(list)
	if err == nil {
		*f = formats
	}
	return err
}

// String implements pflag.Value.
func (f *plotFormats) String() string {
	var names []string
	for _, name := range *f {
		names = append(names, string(name))
	}
	return strings.Join(names, ",")
}

// Type implements pflag.Value.
func (f *plotFormats) Type() string { return "formats" }
