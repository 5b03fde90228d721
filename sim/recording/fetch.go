package recording

import (
	"fmt"
	"strconv"
)

// parseFetch reads the words of a Fetch.
func parseFetch(w []string) (Item, error) {
	if len(w) != 3 {
		return Item{}, fmt.Errorf("want: fetch BYTES BYTES, there and back")
	}
	var n [2]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(w[i+1]); err != nil || n[i] <= 0 {
			return Item{}, fmt.Errorf("fetch %q: want a number of bytes above 0", w[i+1])
		}
	}
	return Item{Action: Fetch, Bytes: n[0], Response: n[1]}, nil
}

// maxFetch bounds a question and its answer, in bytes.
const maxFetch = 1 << 30

// validateFetch reports a question that is not the client's, a second one, one
// whose sizes are no sizes, and an end of it that is missing or out of place.
func (b *Branch) validateFetch() error {
	for _, s := range b.Server {
		for _, it := range s.Items {
			if it.Action == Fetch || it.Action == Fetched {
				return fmt.Errorf("server: step at %d: only the client fetches", s.At)
			}
		}
	}
	fetched := false
	for _, s := range b.Client {
		open := false
		for _, it := range s.Items {
			switch {
			case it.Action == Fetch && fetched:
				return fmt.Errorf("client: step at %d: a second fetch", s.At)
			case it.Action == Fetch && (it.Bytes <= 0 || it.Response <= 0 || it.Bytes > maxFetch || it.Response > maxFetch):
				return fmt.Errorf("client: step at %d: a fetch of %d bytes and %d back: want 1 to %d", s.At, it.Bytes, it.Response, maxFetch)
			case it.Action == Fetch:
				fetched, open = true, true
			case it.Action == Fetched && !open:
				return fmt.Errorf("client: step at %d: known, and nothing was fetched", s.At)
			case it.Action == Fetched:
				open = false
			}
		}
		if open {
			return fmt.Errorf("client: step at %d: a fetch without `known` behind it", s.At)
		}
	}
	return nil
}

// Fetches says whether the client of a branch asks a third host.
func (b *Branch) Fetches() bool {
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Fetch {
				return true
			}
		}
	}
	return false
}
