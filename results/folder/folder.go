// Package folder makes an output folder's files from its samples.jsonl.
package folder

import "errors"

// Samples is the name of the file from which all others are made.
const Samples = "samples.jsonl"

// Write makes every file that derives from dir/samples.jsonl, and returns their names relative to dir, sorted.
func Write(dir string) ([]string, error) { return nil, errors.ErrUnsupported }
