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

// The text form, line by line; # begins a comment, indentation is free:
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
// An action is `write BYTES`, `work DURATION`, `pause DURATION`, `mark MOMENT`, `close`, `fetch BYTES
// BYTES` (there and back), `fetched`, or an operation as engine/op prints it; or application data, as in
//
//	data 40000 aes-128-gcm fixed 21 tail 1
//	data 40000 aes-128-cbc-sha fixed 21 tail 21 block 16 split
//
// with the bytes of plaintext, the cipher, and what differs from zero of the
// framing, most from 16384.
//
// Names stand behind the write that carries what they name, or, of keys, where they
// change; they may be left out:
//
//	keys send handshake
//	write 2014
//	  record handshake 127
//	    message ServerHello 122
//	  record change_cipher_spec 6
//	  record handshake 1881
//	    message EncryptedExtensions
//
// A record has its type and its bytes, with the header. It begins where the last one
// ended, and may end in a later write. A message stands with the record in which it ends,
// and has its bytes if they are known. Keys are those of the epoch clear, early, handshake
// or application, by which a side sends or receives from there on.
//
// How data is cut into records stands before the
// branches, in record.Sizing's words: `sizing server mss until 1000000, 16384`; and there stands the window that
// decides between the branches early-data and early-data-rejected: `early-window
// 10s`.
const version = "recording 1"

// Format writes the text form.
func (r *Recording) Format(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, version)
	for _, f := range r.About {
		fmt.Fprintf(b, "about %s %s\n", f.Key, f.Value)
	}
	for _, s := range r.sizings() {
		if *s.is != nil {
			fmt.Fprintf(b, "sizing %s %v\n", s.side, *s.is)
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

// sizings are the sizings with the names of their sides.
func (r *Recording) sizings() [2]struct {
	side string
	is   **record.Sizing
} {
	return [...]struct {
		side string
		is   **record.Sizing
	}{{"client", &r.ClientSizing}, {"server", &r.ServerSizing}}
}

func formatSide(w io.Writer, name string, steps []Step) {
	fmt.Fprintln(w, name)
	for _, s := range steps {
		fmt.Fprintf(w, "at %d\n", s.At)
		for _, it := range s.Items {
			fmt.Fprintf(w, "%s%s\n", indent(it.Action), it)
		}
	}
}

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
	case Record, Message, KeyChange:
		return it.nameString()
	default:
		return "close"
	}
}

// Parse reads the text form and validates it. Errors name the line.
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

type parser struct {
	rec   *Recording
	line  int
	begun bool
	side  *[]Step
}

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
			return fmt.Errorf("want: about KEY VALUE")
		}
		p.rec.About = append(p.rec.About, Fact{w[1], strings.Join(w[2:], " ")})
		return nil
	case "early-window":
		if len(w) != 2 {
			return fmt.Errorf("want: early-window DURATION, such as 10s")
		}
		window, err := time.ParseDuration(w[1])
		if err != nil || window <= 0 {
			return fmt.Errorf("early-window %q: want a duration above 0, such as 10s", w[1])
		}
		p.rec.EarlyWindow = window
		return nil
	case "branch":
		if len(w) != 2 {
			return fmt.Errorf("want: branch %s", known("|"))
		}
		p.rec.Branches = append(p.rec.Branches, Branch{Outcome: Outcome(w[1])})
		p.side = nil
		return nil
	case "sizing":
		return p.sizing(w)
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
		return fmt.Errorf("%s stands twice in branch %s", w[0], b.Outcome)
	}
	return nil
}

func (p *parser) beginStep(w []string) error {
	if p.side == nil {
		return fmt.Errorf("a step outside `client` or `server`")
	}
	if len(w) != 2 {
		return fmt.Errorf("want: at BYTES")
	}
	n, err := strconv.ParseInt(w[1], 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("at %q: want a number of bytes", w[1])
	}
	*p.side = append(*p.side, Step{At: n})
	return nil
}

func parseItem(w []string) (Item, error) {
	switch w[0] {
	case "write":
		if len(w) != 2 {
			return Item{}, fmt.Errorf("want: write BYTES")
		}
		n, err := strconv.Atoi(w[1])
		if err != nil || n <= 0 {
			return Item{}, fmt.Errorf("write %q: want a number of bytes above 0", w[1])
		}
		return Item{Action: Write, Bytes: n}, nil
	case "data":
		return parseData(w)
	case "work", "pause":
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
	case "mark":
		for m, name := range momentNames {
			if len(w) == 2 && w[1] == name {
				return Item{Action: Mark, Moment: Moment(m)}, nil
			}
		}
		return Item{}, fmt.Errorf("want: mark %s", strings.Join(momentNames[:], "|"))
	case "fetch":
		return parseFetch(w)
	case "record", "message":
		return parseNamed(w)
	case "keys":
		return parseKeyChange(w)
	case "known":
		return Item{}, errors.New("known is called fetched")
	case "close", "fetched":
		if len(w) != 1 {
			return Item{}, fmt.Errorf("%s stands alone on its line", w[0])
		}
		if w[0] == "fetched" {
			return Item{Action: Fetched}, nil
		}
		return Item{Action: CloseEnd}, nil
	}
	o, err := op.Parse(strings.Join(w, " "))
	if err != nil {
		return Item{}, fmt.Errorf("%q is no action: want write, data, work, pause, mark, close, fetch, fetched, record, message, keys or an operation: %w", strings.Join(w, " "), err)
	}
	return Item{Action: Compute, Op: o}, nil
}
