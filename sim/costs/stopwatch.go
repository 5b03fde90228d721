package costs

import "time"

// stopwatch measures how long a call takes.
type stopwatch struct {
	batch   time.Duration // the shortest time of one batch of calls
	batches int           // of which the fastest counts
	now     func() time.Time
}

// call returns the mean time of a call in the fastest batch. Other work of the machine only makes a
// batch slower, so the fastest of many short batches is closest to the time of the call itself. The
// batches that find the number of calls in a batch also warm the caches; they do not count.
func (s stopwatch) call(f func()) time.Duration {
	n := 1
	for {
		took := s.time(f, n)
		if took >= s.batch {
			break
		}
		n = max(2*n, min(100*n, int(float64(n)*1.2*float64(s.batch)/float64(took+1))))
	}
	best := s.time(f, n)
	for range s.batches - 1 {
		best = min(best, s.time(f, n))
	}
	return best / time.Duration(n)
}

func (s stopwatch) time(f func(), n int) time.Duration {
	began := s.now()
	for range n {
		f()
	}
	return s.now().Sub(began)
}
