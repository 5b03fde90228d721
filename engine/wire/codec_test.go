package wire

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// A codec is a message or the body of an extension.
type codec interface {
	Parse(body []byte) error
	Append(dst []byte) []byte
}

// codecs has one row or more for each type, with a valid body.
var codecs = []struct {
	make func() codec
	body string
}{
	{func() codec { return new(ClientHelloMsg) }, "\x03\x03" + random + "\x02id\x00\x02\x13\x01\x01\x00\x00\x08\x00\x2b\x00\x00\x00\x0d\x00\x00"},
	{func() codec { return new(ClientHelloMsg) }, "\x03\x03" + random + "\x00\x00\x02\x00\x2f\x01\x00"},
	{func() codec { return new(ServerHelloMsg) }, "\x03\x03" + random + "\x02id\x13\x01\x00\x00\x04\x00\x2b\x00\x00"},
	{func() codec { return new(EncryptedExtensionsMsg) }, "\x00\x05\x00\x10\x00\x01x"},
	{func() codec { return new(CertificateMsg) }, "\x00\x00\x0a\x00\x00\x03der\x00\x00\x01d"},
	{func() codec { return new(Certificate13Msg) }, "\x01c\x00\x00\x08\x00\x00\x03der\x00\x00"},
	{func() codec { return new(CertificateVerifyMsg) }, "\x04\x03\x00\x03sig"},
	{func() codec { return &CertificateVerifyMsg{NoScheme: true} }, "\x00\x03sig"},
	{func() codec { return new(CertificateRequestMsg) }, "\x02\x01\x40\x00\x04\x04\x03\x08\x04\x00\x07\x00\x02ca\x00\x01d"},
	{func() codec { return &CertificateRequestMsg{NoSchemes: true} }, "\x01\x01\x00\x00"},
	{func() codec { return new(CertificateRequest13Msg) }, "\x01c\x00\x04\x00\x2f\x00\x00"},
	{func() codec { return new(CertificateAuthorities) }, "\x00\x04\x00\x02ca"},
	{func() codec { return new(CertificateStatusRequest) }, "\x01\x00\x04\x00\x02id\x00\x01x"},
	{func() codec { return new(CertificateStatusRequest) }, "\x01\x00\x00\x00\x00"},
	{func() codec { return new(CertificateStatusMsg) }, "\x01\x00\x00\x04ocsp"},
	{func() codec { return new(ServerKeyExchangeMsg) }, "\x03\x00\x1d\x02sh\x04\x03\x00\x03sig"},
	{func() codec { return &ServerKeyExchangeMsg{NoScheme: true} }, "\x03\x00\x1d\x02sh\x00\x03sig"},
	{func() codec { return new(ClientKeyExchangeDHMsg) }, "\x05share"},
	{func() codec { return &ServerKeyExchangeMsg{FiniteField: true} }, "\x00\x02pp\x00\x01g\x00\x02sh\x04\x03\x00\x03sig"},
	{func() codec { return &ClientKeyExchangeDHMsg{FiniteField: true} }, "\x00\x05share"},
	{func() codec { return new(ClientKeyExchangeRSAMsg) }, "\x00\x03enc"},
	{func() codec { return new(KeyUpdateMsg) }, "\x01"},
	{func() codec { return new(NewSessionTicketMsg) }, "\x00\x00\x1c\x20\x00\x06ticket"},
	{func() codec { return new(NewSessionTicket13Msg) }, "\x00\x00\x1c\x20abcd\x01\x00\x00\x06ticket\x00\x00"},
	{func() codec { return new(Uint16Vector) }, "\x00\x04\x00\x1d\x00\x17"},
	{func() codec { return new(SupportedVersions) }, "\x04\x03\x04\x03\x03"},
	{func() codec { return new(Uint16) }, "\x00\x1d"},
	{func() codec { return new(Uint32) }, "\x00\x00\x40\x00"},
	{func() codec { return new(Bytes8) }, "\x02\x01\x00"},
	{func() codec { return new(RenegotiationInfo) }, "\x00"},
	{func() codec { return new(Cookie) }, "\x00\x06cookie"},
	{func() codec { return new(ServerName) }, "\x00\x07\x00\x00\x04host"},
	{func() codec { return new(ProtocolNameList) }, "\x00\x0c\x02h2\x08http/1.1"},
	{func() codec { return new(KeyShareClientHello) }, "\x00\x0c\x00\x1d\x00\x02ab\x00\x17\x00\x02cd"},
	{func() codec { return new(KeyShareClientHello) }, "\x00\x00"},
	{func() codec { return new(KeyShareEntry) }, "\x00\x1d\x00\x02ab"},
	{func() codec { return new(OfferedPSKs) }, "\x00\x0c\x00\x06ticketage!\x00\x21\x20" + random},
}

const random = "0123456789abcdef0123456789ABCDEF"

func name(c codec) string { return fmt.Sprintf("%T", c)[len("*wire."):] }

// Every type with a Parse method has a row, so that the tests and the fuzzing cover it.
func TestEveryCodecHasARow(t *testing.T) {
	rows := map[string]bool{}
	for _, x := range codecs {
		rows[name(x.make())] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Parse" {
				continue
			}
			if codec := fmt.Sprint(f.Recv.List[0].Type.(*ast.StarExpr).X); !rows[codec] {
				t.Errorf("%s: the codec of %s has no row", file, codec)
			}
		}
	}
}

// In SSL 3.0 the encrypted premaster secret is the whole body.
func TestSSL30PremasterHasNoLength(t *testing.T) {
	m := ClientKeyExchangeRSAMsg{NoLength: true}
	if err := m.Parse([]byte("\x00\x03enc")); err != nil || string(m.Ciphertext) != "\x00\x03enc" || string(m.Append(nil)) != "\x00\x03enc" {
		t.Errorf("%q, %v", m.Ciphertext, err)
	}
}

func TestBodiesRoundTrip(t *testing.T) {
	for _, x := range codecs {
		c := x.make()
		if err := c.Parse([]byte(x.body)); err != nil {
			t.Errorf("%s refuses %q: %v", name(c), x.body, err)
			continue
		}
		if got := c.Append([]byte("before")); string(got) != "before"+x.body {
			t.Errorf("%s of %q appends %q", name(c), x.body, got)
		}
	}
}

// A body that is cut short or has one byte too many is malformed. ClientHello and ServerHello may
// end before their extensions.
func TestBodiesOfWrongLengthAreMalformed(t *testing.T) {
	for _, x := range codecs {
		for n := range x.body {
			c := x.make()
			if err := c.Parse([]byte(x.body[:n])); err == nil && !endsBeforeExtensions(c) {
				t.Errorf("%s accepts the first %d bytes of %q", name(c), n, x.body)
			}
		}
		if c := x.make(); c.Parse([]byte(x.body+"\x00")) == nil {
			t.Errorf("%s accepts a byte after %q", name(c), x.body)
		}
	}
}

func endsBeforeExtensions(c codec) bool {
	switch m := c.(type) {
	case *ClientHelloMsg:
		return m.Extensions == nil
	case *ServerHelloMsg:
		return m.Extensions == nil
	}
	return false
}

// One malformed body for each bound of the grammar.
func TestBoundsOfTheGrammar(t *testing.T) {
	for _, x := range []struct {
		what string
		c    codec
		body string
	}{
		{"session ID of 33 bytes", new(ClientHelloMsg), "\x03\x03" + random + "\x21" + random + "!" + "\x00\x02\x13\x01\x01\x00"},
		{"no suites", new(ClientHelloMsg), "\x03\x03" + random + "\x00\x00\x00\x01\x00"},
		{"half a suite", new(ClientHelloMsg), "\x03\x03" + random + "\x00\x00\x03\x13\x01\x13\x01\x00"},
		{"no compression", new(ClientHelloMsg), "\x03\x03" + random + "\x00\x00\x02\x13\x01\x00"},
		{"extension past its list", new(EncryptedExtensionsMsg), "\x00\x05\x00\x10\x00\x02x"},
		{"half an extension", new(EncryptedExtensionsMsg), "\x00\x02\x00\x10"},
		{"empty certificate", new(CertificateMsg), "\x00\x00\x03\x00\x00\x00"},
		{"certificate past its list", new(CertificateMsg), "\x00\x00\x04\x00\x00\x02d"},
		{"entry without extensions", new(Certificate13Msg), "\x00\x00\x00\x06\x00\x00\x03der"},
		{"explicit curve", new(ServerKeyExchangeMsg), "\x01\x00\x1d\x02sh\x04\x03\x00\x03sig"},
		{"empty share", new(ClientKeyExchangeDHMsg), "\x00"},
		{"empty share", &ClientKeyExchangeDHMsg{FiniteField: true}, "\x00\x00"},
		{"empty prime", &ServerKeyExchangeMsg{FiniteField: true}, "\x00\x00\x00\x01g\x00\x02sh\x04\x03\x00\x03sig"},
		{"empty TLS 1.3 ticket", new(NewSessionTicket13Msg), "\x00\x00\x1c\x20abcd\x01\x00\x00\x00\x00\x00"},
		{"no types of certificates", new(CertificateRequestMsg), "\x00\x00\x02\x04\x03\x00\x00"},
		{"no signature schemes", new(CertificateRequestMsg), "\x01\x01\x00\x00\x00\x00"},
		{"half a signature scheme", new(CertificateRequestMsg), "\x01\x01\x00\x03\x04\x03\x04\x00\x00"},
		{"authority without a name", new(CertificateRequestMsg), "\x01\x01\x00\x02\x04\x03\x00\x02\x00\x00"},
		{"no authorities", new(CertificateAuthorities), "\x00\x00"},
		{"empty responder", new(CertificateStatusRequest), "\x01\x00\x02\x00\x00\x00\x00"},
		{"empty status", new(CertificateStatusMsg), "\x01\x00\x00\x00"},
		{"status of another type", new(CertificateStatusMsg), "\x02\x00\x00\x04ocsp"},
		{"no groups", new(Uint16Vector), "\x00\x00"},
		{"half a group", new(Uint16Vector), "\x00\x03\x00\x1d\x00"},
		{"no versions", new(SupportedVersions), "\x00"},
		{"empty cookie", new(Cookie), "\x00\x00"},
		{"no name", new(ServerName), "\x00\x00"},
		{"name of another kind", new(ServerName), "\x00\x07\x01\x00\x04host"},
		{"two names", new(ServerName), "\x00\x0e\x00\x00\x04host\x00\x00\x04host"},
		{"empty protocol", new(ProtocolNameList), "\x00\x04\x02h2\x00"},
		{"no protocols", new(ProtocolNameList), "\x00\x00"},
		{"empty key share", new(KeyShareClientHello), "\x00\x04\x00\x1d\x00\x00"},
		{"no identities", new(OfferedPSKs), "\x00\x00\x00\x21\x20" + random},
		{"short binder", new(OfferedPSKs), "\x00\x0c\x00\x06ticketage!\x00\x20\x1f" + random[1:]},
	} {
		if err := x.c.Parse([]byte(x.body)); err == nil {
			t.Errorf("%s: %s accepts %q", x.what, name(x.c), x.body)
		}
	}
}

func TestNextReturnsEachElement(t *testing.T) {
	var hello ClientHelloMsg
	if err := hello.Parse([]byte(codecs[0].body)); err != nil {
		t.Fatal(err)
	}
	var ids []uint16
	for rest := hello.Extensions; len(rest) > 0; {
		var id uint16
		id, _, rest = rest.Next()
		ids = append(ids, id)
	}
	if fmt.Sprint(ids) != "[43 13]" || !hello.Suites.Contains(0x1301) || hello.Suites.Contains(0x0113) {
		t.Errorf("extensions %v, suites %x", ids, hello.Suites)
	}
	var chain CertificateMsg
	if err := chain.Parse(AppendCertificate(nil, [][]byte{[]byte("leaf"), []byte("ca")})); err != nil {
		t.Fatal(err)
	}
	leaf, rest := chain.Chain.Next()
	ca, rest := rest.Next()
	if string(leaf) != "leaf" || string(ca) != "ca" || len(rest) != 0 {
		t.Errorf("chain of %q, %q and %q", leaf, ca, rest)
	}
	var entries Certificate13Msg
	if err := entries.Parse(AppendCertificate13(nil, [][]byte{[]byte("leaf"), []byte("ca")}, nil)); err != nil {
		t.Fatal(err)
	}
	leaf, ext, more := entries.Entries.Next()
	if string(leaf) != "leaf" || len(ext) != 0 || len(more) == 0 {
		t.Errorf("entry of %q, %q and %q", leaf, ext, more)
	}
}

func TestParsingAllocatesNothing(t *testing.T) {
	for _, x := range codecs {
		c, body, buf := x.make(), []byte(x.body), make([]byte, 0, 256)
		allocs := testing.AllocsPerRun(10, func() {
			if err := c.Parse(body); err != nil {
				t.Fatal(err)
			}
			buf = c.Append(buf[:0])
		})
		if allocs != 0 {
			t.Errorf("%s makes %v allocations", name(c), allocs)
		}
	}
}

func TestIsHelloRetryRequest(t *testing.T) {
	hello := ServerHelloMsg{Version: 0x0303, Random: HelloRetryRequestRandom[:], Extensions: Extensions{}}
	if !IsHelloRetryRequest(hello.Append(nil)) || IsHelloRetryRequest([]byte(codecs[2].body)) || IsHelloRetryRequest(nil) {
		t.Error("IsHelloRetryRequest does not distinguish a HelloRetryRequest from a ServerHello")
	}
}

// Append after Parse gives the same bytes.
func FuzzRoundTrip(f *testing.F) {
	for i, x := range codecs {
		f.Add(i, []byte(x.body))
	}
	f.Fuzz(func(t *testing.T, i int, body []byte) {
		c := codecs[uint(i)%uint(len(codecs))].make()
		if c.Parse(body) != nil {
			return
		}
		if got := c.Append(nil); !bytes.Equal(got, body) {
			t.Errorf("%s of %x appends %x", name(c), body, got)
		}
	})
}
