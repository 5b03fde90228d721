//go:build !unix

package run

import "os"

// lockFolder does nothing: these systems have no advisory locks on folders.
func lockFolder(dir string) (*os.File, error) { return openFolder(dir) }
