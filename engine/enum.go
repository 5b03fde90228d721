package engine

import "strconv"

// nameOf returns the name of a small number, or the number itself if it has no name.
func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return strconv.Itoa(int(v))
}
