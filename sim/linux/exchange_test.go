package linux

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"tlslab/sim/recording"
)

// side is an end of a connection.
type side int

const (
	client side = iota
	server
)

// exchange is what both sides of a connection write.
type exchange struct {
	writes   []string           // of the handshake and the request: "C 256", "S 2014" …
	stages   map[string]float64 // computing time in µs before each turn of writes, by "0C", "1S" …
	ticket   int                // last bytes of the server's flight, not awaited by the client
	tickets  []int              // writes of the server between the request and the response
	response []int              // writes of the response
	alert    int                // bytes of the server's close_notify after the response; 0: none
}

// goTicket is the size of the NewSessionTicket record with which Go ends its first flight of TLS
// 1.3. The handshake of the client is done before it.
const goTicket = 130

// betweenWrites is the time between the client's Finished and its request, the median of the packet
// traces of testdata/samples (18 to 27 µs). openSSLTickets is the time from Finished to the tickets
// there (cell 53).
const (
	betweenWrites  = 21 * time.Microsecond
	openSSLTickets = 240 * time.Microsecond
)

// openSSL holds the exchanges with openssl s_server, from the packet traces of testdata/samples.
// It writes its flight in pieces of 4096 bytes, two tickets after the client's Finished, and a
// close_notify after the response. Its computing times were not measured: those of Go stand for
// them.
var openSSL = map[string]exchange{
	"t13_full ec_small": {writes: []string{"C 256", "S 1866", "C 64", "C 122"}, tickets: []int{239, 239}, response: []int{1022}, alert: 24},
	"t13_full ec_f30k": {writes: []string{"C 256", "S 4096", "S 4096", "S 4096", "S 4096", "S 4096", "S 4096", "S 4096", "S 1182", "C 64", "C 122"},
		tickets: []int{239, 239}, response: []int{1022}, alert: 24},
	"t12_full rsa": {writes: []string{"C 210", "S 2189", "C 93", "S 242", "C 129"}, response: []int{1029}, alert: 31},
}

// exchange is the exchange of a cell.
func (f *flights) exchange(t testing.TB, c *cell) *exchange {
	t.Helper()
	for _, v := range f.Variants {
		if v.Variant != c.Variant || v.Chain != c.Chain {
			continue
		}
		if x, ok := openSSL[v.Variant+" "+v.Chain]; ok && c.Server == "openssl" {
			x.stages = v.StagesUs
			return &x
		}
		for _, r := range f.Responses {
			if r.Resp == c.Response && r.RecFixed == c.FixedRecords {
				x := &exchange{writes: v.Writes[:len(v.Writes)-1], stages: v.StagesUs, response: r.Writes}
				if strings.HasPrefix(v.Variant, "t13") {
					x.ticket = goTicket
				}
				if strings.HasPrefix(v.Variant, "t12") && c.Response == 1000 {
					x.response = []int{1029}
				}
				return x
			}
		}
	}
	t.Fatalf("%v: its flights were not measured", c)
	return nil
}

// recording is the exchange as steps of both sides.
func (x *exchange) recording(t testing.TB) *recording.Recording {
	t.Helper()
	var steps [2][]recording.Step
	var written [2]int64
	add := func(s side, items ...recording.Item) {
		k := len(steps[s]) - 1
		steps[s][k].Items = append(steps[s][k].Items, items...)
	}
	begin := func(s side, early int64) {
		steps[s] = append(steps[s], recording.Step{At: written[1-s] - early})
	}
	write := func(s side, n int) {
		add(s, recording.Item{Action: recording.Write, Bytes: n})
		written[s] += int64(n)
	}
	sides := map[string]side{"C": client, "S": server}
	stage, last := 0, ""
	for i, w := range x.writes {
		who, size, _ := strings.Cut(w, " ")
		s := sides[who]
		if who != last {
			early := 0
			if stage == 2 {
				early = x.ticket
			}
			begin(s, int64(early))
			took := x.stages[fmt.Sprint(stage, who)]
			add(s, recording.Item{Action: recording.Work, Work: time.Duration(took * float64(time.Microsecond))})
			stage, last = stage+1, who
		}
		if i == len(x.writes)-1 { // the request
			add(client, recording.Item{Action: recording.Mark, Moment: recording.Handshake})
		}
		if i > 0 && s == client && who == x.writes[i-1][:1] {
			add(s, recording.Item{Action: recording.Work, Work: betweenWrites})
		}
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		write(s, n)
	}
	if len(x.tickets) > 0 { // once the client's Finished is there, before the request
		request, err := strconv.Atoi(strings.TrimPrefix(x.writes[len(x.writes)-1], "C "))
		if err != nil {
			t.Fatal(err)
		}
		begin(server, int64(request))
		add(server, recording.Item{Action: recording.Work, Work: openSSLTickets})
		for _, n := range x.tickets {
			write(server, n)
		}
	}
	begin(server, 0)
	first := written[server] + int64(x.response[0])
	for _, n := range x.response {
		write(server, n)
	}
	end := written[server]
	if x.alert > 0 {
		write(server, x.alert)
	}
	if first < end {
		steps[client] = append(steps[client], recording.Step{At: first})
		add(client, recording.Item{Action: recording.Mark, Moment: recording.FirstByte})
		steps[client] = append(steps[client], recording.Step{At: end})
	} else {
		steps[client] = append(steps[client], recording.Step{At: end})
		add(client, recording.Item{Action: recording.Mark, Moment: recording.FirstByte})
	}
	add(client, recording.Item{Action: recording.Mark, Moment: recording.LastByte})
	write(client, 24) // close_notify
	add(client, recording.Item{Action: recording.CloseWrite})
	begin(server, 0)
	add(server, recording.Item{Action: recording.CloseWrite})
	r := &recording.Recording{Branches: []recording.Branch{{Outcome: recording.Full, Client: steps[client], Server: steps[server]}}}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r
}
