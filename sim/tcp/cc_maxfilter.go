package tcp

// maxFilter is the maximum of the samples in a window of time, with the memory of three samples
// (Kathleen Nichols' algorithm; kernel lib/win_minmax.c).
type maxFilter [3]filterSample

// filterSample is a sample and its time, in any unit.
type filterSample struct{ time, value uint32 }

// reset forgets all samples but one.
func (f *maxFilter) reset(time, value uint32) {
	s := filterSample{time, value}
	f[0], f[1], f[2] = s, s, s
}

// max returns the maximum.
func (f *maxFilter) max() uint32 { return f[0].value }

// add adds a sample. Samples older than the window no longer count (kernel minmax_running_max,
// minmax_subwin_update).
func (f *maxFilter) add(window, time, value uint32) {
	s := filterSample{time, value}
	if value >= f[0].value || time-f[2].time > window {
		f.reset(time, value)
		return
	}
	if value >= f[1].value {
		f[1], f[2] = s, s
	} else if value >= f[2].value {
		f[2] = s
	}
	switch age := time - f[0].time; {
	case age > window:
		f[0], f[1], f[2] = f[1], f[2], s
		if time-f[0].time > window {
			f[0], f[1], f[2] = f[1], f[2], s
		}
	case f[1].time == f[0].time && age > window/4:
		f[1], f[2] = s, s
	case f[2].time == f[1].time && age > window/2:
		f[2] = s
	}
}
