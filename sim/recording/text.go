package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// version is the first line of the text form.
const version = "recording 1"

// Format writes the text form, which Parse reads.
func (r *Recording) Format(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, version)
	for _, f := range r.About {
		fmt.Fprintf(b, "about %s %s\n", f.Key, f.Value)
	}
	for _, s := range r.sizings() {
		if *s.sizing != nil {
			fmt.Fprintf(b, "sizing %s %v\n", s.side, *s.sizing)
		}
	}
	if r.EarlyWindow != 0 {
		fmt.Fprintf(b, "early-window %v\n", r.EarlyWindow)
	}
	for _, br := range r.Branches {
		fmt.Fprintf(b, "\nbranch %s\n", br.Outcome)
		formatSide(b, "client", br.Client)
		formatSide(b, "server", br.Server)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

// sizings returns the sizings of a recording and the names of their sides.
func (r *Recording) sizings() [2]struct {
	side   string
	sizing **record.Sizing
} {
	return [...]struct {
		side   string
		sizing **record.Sizing
	}{{"client", &r.ClientSizing}, {"server", &r.ServerSizing}}
}

func formatSide(w io.Writer, name string, steps []Step) {
	fmt.Fprintln(w, name)
	for _, s := range steps {
		fmt.Fprintf(w, "at %d\n", s.At)
		for i := range s.Items {
			fmt.Fprintf(w, "%s%v\n", indentation(s.Items[i].Action), s.Items[i])
		}
	}
}

// indentation returns the spaces before an action. A name stands below what it is part of.
func indentation(a Action) string {
	switch a {
	case Record:
		return "    "
	case Message:
		return "      "
	}
	return "  "
}

// String returns the item's line in the text form.
func (it Item) String() string {
	switch it.Action {
	case Compute:
		return it.Op.String()
	case Work:
		return "work " + it.Work.String()
	case Pause:
		return "pause " + it.Work.String()
	case Write:
		return "write " + strconv.Itoa(it.Bytes)
	case Data:
		return it.dataString()
	case Mark:
		return "mark " + it.Moment.String()
	case Fetch:
		return fmt.Sprintf("fetch %d %d", it.Bytes, it.Response)
	case Fetched:
		return "fetched"
	case Record:
		return fmt.Sprintf("record %s %d", it.Name, it.Bytes)
	case Message:
		if it.Bytes > 0 {
			return fmt.Sprintf("message %s %d", it.Name, it.Bytes)
		}
		return "message " + it.Name
	case KeyChange:
		if it.Sent {
			return "keys send " + it.Name
		}
		return "keys receive " + it.Name
	default:
		return "close"
	}
}

// Parse reads the text form and validates the recording. Errors name the line. In the text, a #
// begins a comment, and indentation has no meaning:
//
//	recording 1
//	about suite TLS_AES_128_GCM_SHA256
//	branch full
//	client
//	at 0
//	  keygen x25519
//	  write 256
//	at 1210
//	  agree x25519
//	  mark handshake
//	server
//	at 256
//	  work 120us
//	  write 1210
//
// A line below `at BYTES` is one action:
//
//	write BYTES                   work DURATION        mark MOMENT
//	data BYTES CIPHER FRAMING     pause DURATION       close
//	fetch BYTES BYTES             fetched              an operation as engine/op prints it
//	record TYPE BYTES             message NAME BYTES   keys send|receive EPOCH
//
// The numbers of fetch are the bytes of the OCSP request and of the response. The framing of data
// lists what differs from its default, which is 0, and 16384 for most:
//
//	data 40000 aes-128-gcm fixed 21 tail 1
//	data 40000 aes-128-cbc-sha fixed 21 tail 21 block 16 split
//
// If the sender of data changes its keys within it, the line says after how many records, how many
// records precede the first KeyUpdate, and which bytes a hash derives: the next secret, key and IV
// (see KeyUpdates):
//
//	data 40000 aes-128-gcm fixed 21 tail 1 update 10 first 9 derive sha256 32 16 12
//
// Names stand after the write that carries what they name, or where keys change. They may be
// missing:
//
//	keys send handshake
//	write 2014
//	  record handshake 127
//	    message ServerHello 122
//	  record change_cipher_spec 6
//	  record handshake 1881
//	    message EncryptedExtensions
//
// A record has its content type and its bytes with the header. It begins in the write before it, at
// the end of the last record, and may end in a later write. A message stands with the record in
// which it ends; its bytes may be missing. An epoch is clear, early, handshake or application.
//
// Before the branches may stand how a side splits its data into records, in the words of
// record.ParseSizing, and the window that decides between the branches early-data and
// early-data-rejected:
//
//	sizing server mss until 1000000, 16384
//	early-window 10s
func Parse(r io.Reader) (*Recording, error) {
	p := parser{rec: &Recording{}}
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		p.line++
		text, _, _ := strings.Cut(sc.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := p.words(words); err != nil {
			return nil, fmt.Errorf("recording, line %d: %w", p.line, err)
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("recording, line %d: %w", p.line+1, err)
	}
	if !p.begun {
		return nil, fmt.Errorf("recording: empty: want %q on its first line", version)
	}
	if err := p.rec.Validate(); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	return p.rec, nil
}

// parser is a recording being read.
type parser struct {
	rec   *Recording
	line  int
	begun bool    // the first line is read
	side  *[]Step // the side being read; nil: none
}

// words takes the words of a line.
func (p *parser) words(w []string) error {
	if !p.begun {
		if strings.Join(w, " ") != version {
			return fmt.Errorf("%q: want %q", strings.Join(w, " "), version)
		}
		p.begun = true
		return nil
	}
	switch w[0] {
	case "about":
		if len(w) < 3 {
			return errors.New("want: about KEY VALUE")
		}
		p.rec.About = append(p.rec.About, Fact{w[1], strings.Join(w[2:], " ")})
		return nil
	case "early-window":
		return p.earlyWindow(w)
	case "sizing":
		return p.sizing(w)
	case "branch":
		if len(w) != 2 {
			return fmt.Errorf("want: branch %s", outcomeNames("|"))
		}
		p.rec.Branches = append(p.rec.Branches, Branch{Outcome: Outcome(w[1])})
		p.side = nil
		return nil
	case "client", "server":
		return p.beginSide(w)
	case "at":
		return p.beginStep(w)
	}
	if p.side == nil || len(*p.side) == 0 {
		return fmt.Errorf("%q stands outside a step: want `at BYTES` first", w[0])
	}
	it, err := parseItem(w)
	if err != nil {
		return err
	}
	step := &(*p.side)[len(*p.side)-1]
	step.Items = append(step.Items, it)
	return nil
}

func (p *parser) earlyWindow(w []string) error {
	if len(w) != 2 {
		return errors.New("want: early-window DURATION, such as 10s")
	}
	window, err := time.ParseDuration(w[1])
	if err != nil || window <= 0 {
		return fmt.Errorf("early-window %q: want a duration above 0, such as 10s", w[1])
	}
	p.rec.EarlyWindow = window
	return nil
}

func (p *parser) sizing(w []string) error {
	if len(p.rec.Branches) > 0 {
		return errors.New("sizing stands before the branches")
	}
	for _, s := range p.rec.sizings() {
		if len(w) < 3 || w[1] != s.side {
			continue
		}
		if *s.sizing != nil {
			return fmt.Errorf("sizing %s appears twice", s.side)
		}
		var err error
		*s.sizing, err = record.ParseSizing(strings.Join(w[2:], " "))
		return err
	}
	return errors.New("want: sizing client|server STAGES")
}

func (p *parser) beginSide(w []string) error {
	if len(w) != 1 {
		return fmt.Errorf("%q stands alone on its line", w[0])
	}
	if len(p.rec.Branches) == 0 {
		return fmt.Errorf("%q before any branch", w[0])
	}
	b := &p.rec.Branches[len(p.rec.Branches)-1]
	if p.side = &b.Client; w[0] == "server" {
		p.side = &b.Server
	}
	if len(*p.side) > 0 {
		return fmt.Errorf("%s appears twice in branch %s", w[0], b.Outcome)
	}
	return nil
}

func (p *parser) beginStep(w []string) error {
	if p.side == nil {
		return errors.New("a step outside `client` or `server`")
	}
	if len(w) != 2 {
		return errors.New("want: at BYTES")
	}
	n, err := strconv.ParseInt(w[1], 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("at %q: want a number of bytes", w[1])
	}
	*p.side = append(*p.side, Step{At: n})
	return nil
}

// parseItem reads the words of an action.
func parseItem(w []string) (Item, error) {
	switch w[0] {
	case "write":
		if len(w) != 2 {
			return Item{}, errors.New("want: write BYTES")
		}
		n, err := parseBytes(w[0], w[1])
		return Item{Action: Write, Bytes: n}, err
	case "data":
		return parseData(w)
	case "work", "pause":
		return parseDuration(w)
	case "mark":
		for m, name := range momentNames {
			if len(w) == 2 && w[1] == name {
				return Item{Action: Mark, Moment: Moment(m)}, nil
			}
		}
		return Item{}, fmt.Errorf("want: mark %s", strings.Join(momentNames[:], "|"))
	case "fetch":
		return parseFetch(w)
	case "known":
		return Item{}, errors.New("known is no action: want fetched")
	case "close", "fetched":
		if len(w) != 1 {
			return Item{}, fmt.Errorf("%s stands alone on its line", w[0])
		}
		if w[0] == "fetched" {
			return Item{Action: Fetched}, nil
		}
		return Item{Action: CloseWrite}, nil
	case "record", "message":
		return parseNamed(w)
	case "keys":
		if len(w) != 3 || w[1] != "send" && w[1] != "receive" {
			return Item{}, fmt.Errorf("want: keys send|receive %s", strings.Join(epochs, "|"))
		}
		return Item{Action: KeyChange, Sent: w[1] == "send", Name: w[2]}, nil
	}
	o, err := op.Parse(strings.Join(w, " "))
	if err != nil {
		return Item{}, fmt.Errorf("%q is no action: want write, data, work, pause, mark, close, fetch, fetched, record, message, keys or an operation: %w", strings.Join(w, " "), err)
	}
	return Item{Action: Compute, Op: o}, nil
}

// parseBytes reads the number of bytes of an action.
func parseBytes(action, word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s %q: want a number of bytes above 0", action, word)
	}
	return n, nil
}

// parseDuration reads the words of Work or Pause.
func parseDuration(w []string) (Item, error) {
	if len(w) != 2 {
		return Item{}, fmt.Errorf("want: %s DURATION, such as 120us", w[0])
	}
	d, err := time.ParseDuration(w[1])
	if err != nil || d < 0 {
		return Item{}, fmt.Errorf("%s %q: want a duration, such as 120us", w[0], w[1])
	}
	if w[0] == "pause" {
		return Item{Action: Pause, Work: d}, nil
	}
	return Item{Action: Work, Work: d}, nil
}

// parseFetch reads the words of a Fetch.
func parseFetch(w []string) (it Item, err error) {
	it.Action = Fetch
	if len(w) != 3 {
		return it, errors.New("want: fetch BYTES BYTES, of the OCSP request and of the response")
	}
	if it.Bytes, err = parseBytes(w[0], w[1]); err != nil {
		return it, err
	}
	it.Response, err = parseBytes(w[0], w[2])
	return it, err
}

// parseNamed reads the words of a Record or a Message.
func parseNamed(w []string) (it Item, err error) {
	it.Action = Record
	if w[0] == "message" {
		it.Action = Message
	}
	switch {
	case len(w) == 2 && it.Action == Message:
		it.Name = w[1]
		return it, nil
	case len(w) != 3 && it.Action == Message:
		return it, errors.New("want: message NAME [BYTES]")
	case len(w) != 3:
		return it, errors.New("want: record TYPE BYTES")
	}
	it.Name = w[1]
	it.Bytes, err = parseBytes(w[0], w[2])
	return it, err
}
