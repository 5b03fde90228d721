package netem

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// arrivals dequeues all packets under way, of a link of any discipline.
func arrivals(l *Link) (all []Delivery) {
	for l.Next() != Never {
		all = l.Dequeue(l.Next(), all)
	}
	return all
}

func mustSchedule(t testing.TB, text string) RateSchedule {
	t.Helper()
	s, err := ParseRateSchedule(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAScheduleTransmitsTheIntegralOfItsRate(t *testing.T) {
	for _, tt := range []struct {
		schedule string
		start    time.Duration
		offered  []time.Duration // packets of 1500 bytes, 12000 bit
		want     []time.Duration // when the last bit leaves
	}{
		{"12mbit for 10ms, 1200kbit", 0, []time.Duration{0, 9500 * us}, []time.Duration{ms, 15 * ms}},
		{"1200kbit for 5ms, 12mbit", 0, []time.Duration{0, 0}, []time.Duration{5500 * us, 6500 * us}},
		{"12mbit for 500us, 0bit for 100ms, 12mbit", 0, []time.Duration{0}, []time.Duration{101 * ms}},
		{"12mbit for 1ms, 0bit for 9ms, repeat", 0, []time.Duration{0, 0, 0, 5 * ms},
			[]time.Duration{ms, 11 * ms, 21 * ms, 31 * ms}},
		{"12mbit for 1ms, 0bit for 9ms, repeat", 4 * ms, []time.Duration{0, 0}, []time.Duration{7 * ms, 17 * ms}},
		{"12mbit for 1ms, 0bit for 9ms, repeat", 14 * ms, []time.Duration{0}, []time.Duration{7 * ms}},
		{"0bit for 2s, 12mbit", time.Second, []time.Duration{0}, []time.Duration{1001 * ms}},
		{"8kbit for 1ms, 0bit for 1ms, repeat", 0, []time.Duration{0}, []time.Duration{2999 * ms}},
	} {
		cfg := Config{RateSchedule: mustSchedule(t, tt.schedule), Start: Start{true, tt.start}}
		for name, l := range map[string]*Link{
			"New": New(cfg, 1), "NewQdisc": NewQdisc(cfg, NewDropTail(0), 1)} {
			for _, at := range tt.offered {
				l.Enqueue(at, Packet{Size: 1500})
			}
			var got []time.Duration
			for _, d := range arrivals(l) {
				got = append(got, d.At)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s, %s from %v: %v, want %v", name, tt.schedule, tt.start, got, tt.want)
			}
		}
	}
}

// area is the integral of the schedule's rate from its beginning to an instant, in bit.
func area(s RateSchedule, at time.Duration) *big.Rat {
	sum := new(big.Rat)
	for i := 0; at > 0; i++ {
		step := s.Steps[min(i, len(s.Steps)-1)]
		if s.Repeat {
			step = s.Steps[i%len(s.Steps)]
		}
		took := at
		if step.For > 0 {
			took = min(at, step.For)
		}
		sum.Add(sum, new(big.Rat).SetFrac(
			new(big.Int).Mul(big.NewInt(step.Rate), big.NewInt(int64(took))), big.NewInt(1e9)))
		at -= took
	}
	return sum
}

// While the queue is never empty, the bits that have left at the end of a packet are the integral
// of the rate. The link rounds each packet's time down: that is less than a nanosecond for each.
func TestABusyScheduleTransmitsItsAreaWhateverTheSteps(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := RateSchedule{Repeat: r.IntN(2) == 0}
		for range 1 + r.IntN(6) {
			s.Steps = append(s.Steps, RateStep{[]int64{0, 1e5, 1e6, 3e7}[r.IntN(4)],
				time.Duration(1 + r.IntN(20_000_000))})
		}
		s.Steps = append(s.Steps, RateStep{Rate: 2e6, For: 3 * ms})
		if !s.Repeat {
			s.Steps[len(s.Steps)-1].For = 0
		}
		l := New(Config{RateSchedule: s, Start: fromTheBeginning, Limit: 500}, 1)
		sent := int64(0)
		for range 300 {
			l.Enqueue(0, Packet{Size: int32(1 + r.IntN(3000))})
		}
		for i, d := range drain(t, l) {
			sent += int64(d.Size) * 8
			ahead := new(big.Rat).Sub(big.NewRat(sent, 1), area(s, d.At))
			if ahead.Sign() < 0 || ahead.Cmp(big.NewRat(3*int64(i+1), 100)) > 0 { // 1 ns
				t.Fatalf("seed %d, %v: %d bit have left at %v, where the area is %s", seed, s, sent, d.At, area(s, d.At).FloatString(3))
			}
		}
	}
}

func TestAScheduleOfOneRateEqualsThatRate(t *testing.T) {
	for _, text := range []string{"3mbit", "3mbit for 7ms, repeat", "3mbit for 1ns, 3mbit for 999us, 3mbit"} {
		schedule := Config{Delay: 5 * ms, Loss: 0.1, Limit: 3, RateSchedule: mustSchedule(t, text)}
		constant := Config{Delay: 5 * ms, Loss: 0.1, Limit: 3, Rate: 3e6}
		got, want := deliveries(New(schedule, 1)), deliveries(New(constant, 1))
		if !slices.EqualFunc(got, want, func(a, b Delivery) bool {
			// Steps of a schedule may split a nanosecond.
			return a.ID == b.ID && (a.At-b.At).Abs() <= 1
		}) {
			t.Errorf("%s differs from a rate of 3mbit", text)
		}
	}
}

func TestQueuesBeforeAScheduleAreOfAnyDiscipline(t *testing.T) {
	cfg := Config{RateSchedule: mustSchedule(t, "20mbit for 20ms, 1mbit for 30ms, 0bit for 1ms, repeat"), Limit: 9}
	fifo := deliveries(New(cfg, 3))
	if tail := deliveries(NewQdisc(cfg, NewDropTail(9), 3)); !slices.Equal(fifo, tail) {
		t.Error("a drop-tail queue differs from the link's own")
	}
	trace := Config{Trace: mustTrace(t, 1, 2, 5, 5, 9)}
	for _, cfg := range []Config{cfg, trace} {
		for name, l := range map[string]*Link{
			"CoDel":       NewQdisc(cfg, newTestCoDel(40), 9),
			"duplicating": NewQdisc(cfg, duplicating{NewDropTail(4)}, 9),
			"pacing":      NewQdisc(cfg, &pacing{DropTail: NewDropTail(4), gap: 2 * ms}, 9),
		} {
			t.Run(fmt.Sprint(name, cfg), func(t *testing.T) { drive(t, l, 3000, 900*us, Packet{Size: 1500}) })
		}
	}
}

func TestSchedulesArePrintedAsTheyAreRead(t *testing.T) {
	for _, text := range []string{
		"20mbit",
		"20mbit for 10s, 2mbit for 2s, 20mbit",
		"20mbit for 14900ms, 0bit for 100ms, repeat",
	} {
		if got := mustSchedule(t, text).String(); got != text {
			t.Errorf("%s is printed as %s", text, got)
		}
		line := "delay 5ms rate 1mbit for 3s, " + text + " start 2s limit 10"
		if got := mustParse(t, line).String(); got != line {
			t.Errorf("%s is printed as %s", line, got)
		}
	}
}

func TestAScheduleThatMakesNoSenseIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "needs a rate",
		"fast":                         `"fast": not a number`,
		"20mbit for":                   "needs a time",
		"20mbit for 0s, repeat":        `"0s": a step of a schedule lasts longer than 0`,
		"20mbit for 10":                `"10": a time needs a unit`,
		"20mbit for -1s, repeat":       "its duration -1s is not above 0",
		"20mbit, 10mbit":               `"20mbit": needs a duration`,
		"20mbit for 1s,":               "needs a rate, or repeat",
		"20mbit for 1s":                "the last step never ends",
		"20mbit for 1s, 0bit":          "the last step never ends, so its rate must not be 0",
		"repeat":                       `"repeat": is the last word`,
		"20mbit for 1s, repeat, 1mbit": `"repeat": is the last word`,
		"20mbit for 1s, repeat 1mbit":  `"1mbit": the schedule has ended`,
		"20mbit for 1s 1mbit":          `"1mbit": the schedule has ended`,
		"0bit for 1s, repeat":          "its average is below the minimum of 100 bit/s",
		"5bit for 1s, repeat":          "rate 5 bit/s is not 0, or from 100",
		"2000tbit for 1s, repeat":      "rate 2000000000000000 bit/s is not 0",
		"1mbit for 20000s, 1mbit for 86000s, repeat":     "its steps take more than 24h0m0s",
		strings.Repeat("1mbit for 1s, ", 1000) + "1mbit": "too many steps",
	} {
		if _, err := ParseRateSchedule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	for line, want := range map[string]string{
		"rate 1mbit start 3s":                     "the rate does not change with time",
		"rate 1mbit for 1s, repeat start":         "needs random or a time",
		"rate 1mbit for 1s, repeat start -1s":     "start -1s is negative",
		"rate 1mbit for 1s, repeat start 90000s":  "above the maximum",
		"rate 1mbit for 1s, repeat start somehow": "not a number",
	} {
		if _, err := ParseTC(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	both := Config{Rate: 1e6, RateSchedule: mustSchedule(t, "1mbit")}
	if err := both.Validate(); err == nil || !strings.Contains(err.Error(), "one rate, one schedule") {
		t.Error(err)
	}
}
