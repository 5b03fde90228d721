package scenarios

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed shipped/*.yaml
var shipped embed.FS

// Shipped lists the names of the scenarios that come with the lab.
func Shipped() []string {
	entries, err := shipped.ReadDir("shipped")
	if err != nil {
		panic("scenarios: " + err.Error()) // the folder is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
	}
	return names
}

// ShippedText returns the YAML of a shipped scenario.
func ShippedText(name string) ([]byte, error) {
	if !slices.Contains(Shipped(), name) {
		return nil, fmt.Errorf("no shipped scenario has the name %q%s: want %s, or a path that ends in .yaml", name, didYouMean(name, Shipped()), strings.Join(Shipped(), ", "))
	}
	return shipped.ReadFile("shipped/" + name + ".yaml")
}
