package netem

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func mustTable(t *testing.T, text string) *DistributionTable {
	t.Helper()
	table, err := ReadTable("test.dist", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestATableFromAFileIsTheDistributionOfTheJitter(t *testing.T) {
	// Half of the packets 1 jitter early, a quarter 2 late, a quarter 3 late.
	table := mustTable(t, "# made by hand\n-8192 -8192\n\n 16384\t0x6000\n")
	for _, semantics := range []Semantics{Router, TC} {
		l := New(Config{Delay: 20 * ms, Jitter: 2 * ms, Table: table, Semantics: semantics}, 1)
		seen := map[time.Duration]float64{}
		for i := range uint32(10_000) {
			l.Enqueue(0, Packet{Burst: i})
		}
		l.Dequeue(Never-1, nil)
		l.Reset(2)
		for i := range uint32(1000) {
			l.Enqueue(0, Packet{Burst: i})
		}
		for _, d := range l.Dequeue(Never-1, nil) {
			seen[d.At]++
		}
		for at, want := range map[time.Duration]float64{18 * ms: 500, 24 * ms: 250, 26 * ms: 250} {
			if math.Abs(seen[at]-want) > 64 {
				t.Errorf("semantics %v: %v packets after %v, want about %v", semantics, seen[at], at, want)
			}
		}
		if len(seen) != 3 {
			t.Errorf("semantics %v: delays %v", semantics, seen)
		}
	}
}

func TestTheShippedTablesReadBackFromAFile(t *testing.T) {
	want := Config{Delay: 20 * ms, Jitter: 5 * ms, Distribution: Normal}
	table := &DistributionTable{values: normalTable()[:]}
	read := Config{Delay: 20 * ms, Jitter: 5 * ms, Table: mustTable(t, string(table.Text()))}
	a, b := deliveries(New(want, 1)), deliveries(New(read, 1))
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("packet %d: %+v with the name, %+v with the table", i, a[i], b[i])
		}
	}
}

func TestTablesThatMakeNoSenseAreRefusedWithTheirLine(t *testing.T) {
	for _, tt := range []struct {
		text string
		line int
		want string
	}{
		{"", 0, "has no numbers"},
		{"# nothing\n\n", 0, "has no numbers"},
		{"1 2\n3 x 4\n", 2, `"x" is not a whole number`},
		{"1\n2.5\n", 2, `"2.5" is not a whole number`},
		{"1\n\n40000\n", 3, "40000 is not from -32768 to 32767"},
		{strings.Repeat("1 ", MaxTableEntries) + "\n1", 2, "more than 16384 numbers"},
		{strings.Repeat("#", MaxTableSize+1), 0, "more than 1 MiB"},
	} {
		_, err := ReadTable("a.dist", strings.NewReader(tt.text))
		var wrong *FileError
		if !errors.As(err, &wrong) || wrong.Line != tt.line || !strings.Contains(wrong.Reason, tt.want) {
			t.Errorf("%.20q: %v, want line %d: %s", tt.text, err, tt.line, tt.want)
		}
	}
	for _, c := range []Config{
		{Delay: 1, Jitter: 1, Distribution: Normal, Table: mustTable(t, "1")},
		{Delay: 1, Table: mustTable(t, "1")},
		{Delay: 1, Jitter: 1, Table: NamedTable("a.dist")},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "distribution: ") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
