package sim

import (
	"slices"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// lossesAt returns the numbers, from 1, of the packets that the random loss of a link dropped in a
// replicate, and how many packets were offered to the link.
func lossesAt(r *Replicator, seed uint64, at linkPlace) (lost []int, offered int) {
	link := slices.Index(r.world.draws.places, at)
	r.Observe(func(e *Event) {
		switch {
		case e.Kind == PacketOffered && e.Link == link:
			offered++
		case e.Kind == PacketDropped && e.Link == link && e.Reason == netem.ByLoss:
			lost = append(lost, offered)
		}
	})
	r.Run(seed)
	r.Observe(nil)
	return lost, offered
}

// common returns the numbers up to most.
func common(numbers []int, most int) []int {
	return slices.DeleteFunc(slices.Clone(numbers), func(n int) bool { return n > most })
}

var (
	upFirst   = linkPlace{direction: 0, position: 0}
	downFirst = linkPlace{direction: 1, position: 0}
)

// hopsOf is a path of several hops, the first of which from the client is the given link.
func hopsOf(cfg Config, first netem.Config, more ...netem.Config) Config {
	cfg.Up = append([]netem.Config{first}, more...)
	cfg.Down = slices.Clone(cfg.Up)
	slices.Reverse(cfg.Down)
	return cfg
}

func TestAReplicateLosesTheSamePacketsOfALinkWhateverElseVaries(t *testing.T) {
	const seeds = 40
	rec := written(t, 4000, 200_000)
	first := netem.Config{Delay: 5 * ms, Loss: 0.02}
	cfg := wire(t, first, first)
	slow := netem.Config{Delay: 100 * ms, Loss: 0.02}
	queued := netem.Config{Delay: 5 * ms, Loss: 0.02, Rate: 5_000_000, Limit: 8}
	jittered := netem.Config{Delay: 5 * ms, Loss: 0.02, Jitter: 2 * ms}
	narrow := wire(t, first, first)
	narrow.Client.TCP.InitialWindow, narrow.Server.TCP.InitialWindow = 2, 2
	for name, other := range map[string]*Replicator{
		"200 ms in place of 10":   mustReplicator(t, wire(t, slow, slow), rec),
		"another response":        mustReplicator(t, cfg, written(t, 9000, 70_000)),
		"three hops":              mustReplicator(t, hopsOf(cfg, first, delayed(3*ms), delayed(ms)), rec),
		"a lossy hop behind":      mustReplicator(t, hopsOf(cfg, first, netem.Config{Loss: 0.03}), rec),
		"a queue that overflows":  mustReplicator(t, wire(t, queued, queued), rec),
		"jitter":                  mustReplicator(t, wire(t, jittered, jittered), rec),
		"another loss upwards":    mustReplicator(t, wire(t, netem.Config{Delay: 5 * ms, Loss: 0.1}, first), rec),
		"an OCSP responder":       mustReplicator(t, withResponder(cfg, first), rec),
		"another initial window":  mustReplicator(t, narrow, rec),
		"active queue management": withQdisc(t, cfg, rec, func() netem.Qdisc { return &tamperer{DropTail: netem.NewDropTail(30)} }),
	} {
		same := mustReplicator(t, cfg, rec)
		lostSome := false
		for seed := range uint64(seeds) {
			want, n := lossesAt(same, seed, downFirst)
			got, m := lossesAt(other, seed, downFirst)
			if most := min(n, m); !slices.Equal(common(got, most), common(want, most)) {
				t.Errorf("%s, seed %d: of the first %d packets %v are lost, not %v", name, seed, most, got, want)
			}
			lostSome = lostSome || len(want) > 0
		}
		if !lostSome {
			t.Errorf("%s: nothing is lost", name)
		}
	}
}

func withQdisc(t *testing.T, cfg Config, rec *recording.Recording, newQdisc func() netem.Qdisc) *Replicator {
	t.Helper()
	r := mustReplicator(t, cfg, rec)
	for i := range r.world.links {
		r.world.links[i].Link = netem.NewQdisc(r.world.topology.Links[i], newQdisc(), 0)
	}
	return r
}

func TestAReplicateWithLessLossLosesSomeOfThePacketsAndNoOthers(t *testing.T) {
	rec := written(t, 4000, 200_000)
	at := func(loss float64) *Replicator {
		link := netem.Config{Delay: 5 * ms, Loss: loss}
		return mustReplicator(t, wire(t, link, link), rec)
	}
	one, two, five := at(0.01), at(0.02), at(0.05)
	var lost [3]int
	for seed := range uint64(100) {
		for _, place := range []linkPlace{upFirst, downFirst} {
			few, n := lossesAt(one, seed, place)
			more, m := lossesAt(two, seed, place)
			most, k := lossesAt(five, seed, place)
			for _, pair := range []struct{ some, all []int }{
				{common(few, min(n, m)), more}, {common(more, min(m, k)), most},
			} {
				for _, packet := range pair.some {
					if !slices.Contains(pair.all, packet) {
						t.Errorf("seed %d, %+v: packet %d is lost at the lower rate and not at the higher", seed, place, packet)
					}
				}
			}
			lost[0], lost[1], lost[2] = lost[0]+len(few), lost[1]+len(more), lost[2]+len(most)
		}
	}
	if !(0 < lost[0] && lost[0] < lost[1] && lost[1] < lost[2]) {
		t.Errorf("%d packets are lost at 1 %%, 2 %% and 5 %%", lost)
	}
}

func TestTheClocksOfHostsDependOnTheSeedAlone(t *testing.T) {
	rec := written(t, 2014, 1000)
	cfg := wire(t, delayed(ms), delayed(ms))
	plain := mustReplicator(t, cfg, rec)
	long := mustReplicator(t, withResponder(hopsOf(cfg, delayed(ms), delayed(ms), delayed(ms)), delayed(ms)), rec)
	seen := map[time.Duration]bool{}
	for seed := range uint64(20) {
		plain.Run(seed)
		long.Run(seed)
		a, b := plain.world.draws.clocks, long.world.draws.clocks
		if !slices.Equal(a, b[:2]) {
			t.Errorf("seed %d: the clocks are %v, and %v beside other links and hosts", seed, a, b[:2])
		}
		for _, clock := range b {
			if seen[clock] {
				t.Errorf("seed %d: the clock %v is drawn twice", seed, clock)
			}
			seen[clock] = true
		}
	}
}

func TestLinksOfDifferentPlacesHaveSeedsOfTheirOwn(t *testing.T) {
	cfg := hopsOf(wire(t, delayed(ms), delayed(ms)), delayed(ms), delayed(ms), delayed(ms))
	cfg = withResponder(cfg, delayed(ms))
	cfg.Responder.Host.TCP = tcp.DefaultConfig()
	r := mustReplicator(t, cfg, written(t, 2014, 1000))
	seen := map[uint64]bool{}
	for seed := range uint64(50) {
		r.Run(seed)
		for i, s := range r.world.draws.links {
			if seen[s] {
				t.Errorf("seed %d: link %d has the seed of another link", seed, i)
			}
			seen[s] = true
		}
	}
	if len(seen) != 50*8 {
		t.Errorf("%d seeds of 8 links in 50 replicates", len(seen))
	}
}

func TestAFurtherPathShiftsNoDraw(t *testing.T) {
	host := wire(t, delayed(ms), delayed(ms)).Client
	one := Topology{Hosts: []Host{host, host}, Links: make([]netem.Config, 3), Paths: []Path{{Up: []int{0, 2}, Down: []int{1}}}}
	// The paths share link 2.
	two := Topology{Hosts: []Host{host, host, host}, Links: make([]netem.Config, 5),
		Paths: []Path{{Up: []int{0, 2}, Down: []int{1}}, {Up: []int{3, 2}, Down: []int{4}}}}
	a, b := mustWorld(t, one), mustWorld(t, two)
	a.Reset(7)
	b.Reset(7)
	if !slices.Equal(a.draws.links, b.draws.links[:3]) || !slices.Equal(a.draws.clocks, b.draws.clocks[:2]) {
		t.Errorf("the draws are %v, and %v beside another path", a.draws, b.draws)
	}
}

func mustWorld(t *testing.T, topology Topology) *World {
	t.Helper()
	w, err := NewWorld(topology)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestASharedClockTicksOnAllHosts(t *testing.T) {
	host := wire(t, delayed(ms), delayed(ms)).Client
	for _, shared := range []bool{false, true} {
		w, err := NewWorld(Topology{Hosts: []Host{host, host}, SharedClock: shared})
		if err != nil {
			t.Fatal(err)
		}
		w.Reset(7)
		if same := w.tcp[0].ClockOffset == w.tcp[1].ClockOffset; same != shared {
			t.Errorf("shared %v: client %v, server %v", shared, w.tcp[0].ClockOffset, w.tcp[1].ClockOffset)
		}
	}
}
