package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version names what the program computes: two programs of one version give the same samples. It
// stands in every part of the samples.
const version = "0.1.0"

func (a *app) versionVerb() *cobra.Command {
	var asJSON bool
	verb := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return a.printJSON(map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
			}
			_, err := fmt.Fprintf(a.stdout, "tlslab %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return verb
}
