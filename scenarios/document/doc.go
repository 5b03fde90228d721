// Package document reads YAML as a tree of nodes, each with its place in the text.
//
//	text ─► bounds: size, lines, nesting, UTF-8 ─► goccy/go-yaml ─► Node
//
// The bounds are checked before the YAML parser sees the text, so that no text takes it long or
// much memory. Anchors, aliases and tags are refused. Errors carry file, line, column and the line
// of text, and at most MaxErrors of them are collected.
package document
