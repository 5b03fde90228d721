//go:build !race

package secrets

// raceDetector reports whether the race detector is on.
const raceDetector = false
