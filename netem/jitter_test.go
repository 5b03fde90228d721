package netem

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// The digests are of the numbers in the .dist files that iproute2 6.1.0 ships, in decimal and with
// single spaces between them; head and tail are the first and last of these numbers.
func TestTablesAreThoseOfIproute2(t *testing.T) {
	for _, tt := range []struct {
		d          Distribution
		head, tail []int16
		sha256     string
	}{
		{Normal, []int16{-32768, -28307, -26871}, []int16{26164, 27159, 28858},
			"c59486ef7d9f475392acb0a04686483a237f45e57bd34c4d00302b60fb1370fd"},
		{Pareto, []int16{-5461, -5460, -5460}, []int16{32767, 32767, 32767},
			"7b6250dae83ed8134b5192e992c488a542531c03118e79726d8726d169065dd1"},
		{ParetoNormal, []int16{-12305, -11171, -10812}, []int16{31116, 31365, 31789},
			"6b6ec6bcf481be2a4c8a189dad1bf6461272ad9e6ac81a60072b54c8aaf6a3d6"},
	} {
		table := distributions[tt.d].table()
		if head := table[:3]; fmt.Sprint(head) != fmt.Sprint(tt.head) {
			t.Errorf("%v begins %v, want %v", tt.d, head, tt.head)
		}
		if tail := table[tableSize-3:]; fmt.Sprint(tail) != fmt.Sprint(tt.tail) {
			t.Errorf("%v ends %v, want %v", tt.d, tail, tt.tail)
		}
		sum := sha256.Sum256([]byte(strings.Trim(fmt.Sprint(*table), "[]")))
		if got := hex.EncodeToString(sum[:]); got != tt.sha256 {
			t.Errorf("%v: digest %s, want %s", tt.d, got, tt.sha256)
		}
	}
}

// moments are the mean and the standard deviation of values in units of the jitter.
func moments(values []float64) (mean, sd float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sd += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, math.Sqrt(sd)
}

func TestJitterMoments(t *testing.T) {
	// For Pareto cut at 4 jitters, so at x = 9/2 before moving and scaling: E[min(X, 9/2)] and
	// E[min(X, 9/2)²] by integrating the tail x⁻³ are 1 + (1 − 4/81)/2 and 1 + 2·(1 − 2/9).
	paretoMean := 4.0 / 3 * (1 + (1-4.0/81)/2 - 1.5)
	paretoSD := 4.0 / 3 * math.Sqrt(1+2*(1-2.0/9)-math.Pow(1+(1-4.0/81)/2, 2))
	for _, tt := range []struct {
		d        Distribution
		mean, sd float64
	}{
		{Uniform, 0, 1 / math.Sqrt(3)},
		{Normal, 0, 1},
		{Pareto, paretoMean, paretoSD},
	} {
		const n = 100_000
		values := make([]float64, n)
		j := newJitter(&Config{Delay: time.Second, Jitter: ms, Distribution: tt.d})
		j.draws = newStream(5, purposeJitter)
		for i := range values {
			values[i] = float64(j.delayOf(uint64(i))-time.Second) / float64(ms)
		}
		mean, sd := moments(values)
		if math.Abs(mean-tt.mean) > 4*tt.sd/math.Sqrt(n)+0.001 || math.Abs(sd-tt.sd) > 0.01 {
			t.Errorf("%v: mean %.4f and standard deviation %.4f, want %.4f and %.4f",
				tt.d, mean, sd, tt.mean, tt.sd)
		}
	}
}

func TestNormalTableFollowsTheErrorFunction(t *testing.T) {
	for n, v := range normalTable() {
		if n == 0 {
			continue // cut at −4
		}
		p := (4*float64(n) + 0.5) / 16384
		want := math.Sqrt2 * math.Erfinv(2*p-1) * tableScale
		if math.Abs(float64(v)-want) > 1 {
			t.Fatalf("entry %d is %d, want %.2f", n, v, want)
		}
	}
}

func TestUniformJitterStaysWithinItsBounds(t *testing.T) {
	j := newJitter(&Config{Delay: 10, Jitter: 3})
	j.draws = newStream(1, purposeJitter)
	seen := map[time.Duration]int{}
	for i := range uint64(6000) {
		seen[j.delayOf(i)]++
	}
	for v := time.Duration(7); v < 13; v++ {
		if seen[v] < 880 || seen[v] > 1120 { // 1000 ± 4 standard deviations
			t.Errorf("delay %d ns drawn %d times of 6000, want about 1000", v, seen[v])
		}
	}
	if len(seen) != 6 {
		t.Errorf("delays %v, want 7 to 12", seen)
	}
}

func TestNoPacketArrivesBeforeItIsSent(t *testing.T) {
	for _, d := range Distributions() {
		l := New(Config{Delay: ms, Jitter: 10 * ms, Distribution: d}, 1)
		atOnce := 0
		for i := range 1000 {
			now := time.Duration(i) * time.Second
			l.Enqueue(now, Packet{Size: 100})
			switch at := l.Next(); {
			case at < now:
				t.Fatalf("%v: sent at %v, arrives at %v", d, now, at)
			case at == now:
				atOnce++
			}
			l.Dequeue(now+time.Minute, nil)
		}
		if atOnce == 0 {
			t.Errorf("%v: no packet takes no time", d)
		}
		if d == Normal && (atOnce < 400 || atOnce > 520) { // Φ(−0.1) = 46 %
			t.Errorf("%v: %d of 1000 packets take no time, want about 460", d, atOnce)
		}
	}
}
