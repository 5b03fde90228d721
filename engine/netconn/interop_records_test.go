package netconn

import (
	"tlslab/engine"
	"tlslab/engine/protocol"
)

// A recordSetting is a record option that both sides negotiate: encrypt-then-MAC, or a maximum
// record size. Each peer has its own argument for it. As with all combinations, data of lengths at
// record boundaries is exchanged.
type recordSetting struct {
	name                         string
	ours                         func(*engine.Config)
	from, to                     engine.Version
	suites                       suiteSelection
	opensslClient, opensslServer []string
	gnutlsClient, gnutlsServer   []string
	negotiated                   func(engine.Info) bool
}

// A suiteSelection selects the cipher suites (with RSA certificates) that a setting is tested with.
type suiteSelection uint8

const (
	firstSuite suiteSelection = iota
	firstBlockCipher
	everyBlockCipher
)

// usual is an empty list of arguments: the program needs none. A nil list means that the program
// does not support the setting.
var usual = []string{}

var recordSettings = []recordSetting{
	{
		name: "encrypt-then-MAC", ours: func(cfg *engine.Config) { cfg.EncryptThenMAC = true },
		from: engine.TLS10, to: engine.TLS12, suites: everyBlockCipher,
		opensslClient: usual, opensslServer: usual, gnutlsClient: usual, gnutlsServer: usual,
		negotiated: func(i engine.Info) bool { return i.EncryptThenMAC },
	},
	{
		name: "encrypt-then-MAC refused", ours: func(cfg *engine.Config) { cfg.EncryptThenMAC = true },
		from: engine.TLS10, to: engine.TLS12, suites: firstBlockCipher,
		opensslClient: []string{"-no_etm"}, opensslServer: []string{"-no_etm"},
		negotiated: func(i engine.Info) bool { return !i.EncryptThenMAC },
	},
	{
		name: "max_fragment_length 512", ours: func(cfg *engine.Config) { cfg.MaxFragment = 512 },
		from: engine.TLS10, to: engine.TLS13,
		opensslClient: []string{"-maxfraglen", "512"}, opensslServer: usual,
		negotiated: func(i engine.Info) bool { return i.MaxFragment == 512 },
	},
	{
		name: "record_size_limit 1024", ours: func(cfg *engine.Config) { cfg.RecordSizeLimit = 1024 },
		from: engine.TLS10, to: engine.TLS13,
		// gnutls-cli loses what it reads beyond the size that it sends at once.
		gnutlsServer: []string{"--recordsize", "1024"},
		negotiated: func(i engine.Info) bool {
			theirs := 1024
			if i.Version == engine.TLS13 {
				theirs++ // the content type
			}
			return i.ClientRecordLimit == 1024 && i.ServerRecordLimit == theirs
		},
	},
	{
		name: "padded to 512", ours: func(cfg *engine.Config) { cfg.PadTo = 512 },
		from: engine.TLS13, to: engine.TLS13,
		opensslClient: []string{"-record_padding", "512"}, opensslServer: []string{"-record_padding", "512"}, gnutlsClient: usual, gnutlsServer: usual,
		negotiated: func(engine.Info) bool { return true },
	},
}

// known reports whether a peer has arguments for the setting.
func (r *recordSetting) known(arguments func(*recordSetting) []string) bool {
	return arguments(r) != nil
}

// combinations returns the combinations of the setting in a version.
func (r *recordSetting) combinations(v engine.Version) (all []combination) {
	if v < r.from || v > r.to {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range protocol.Suites() {
		switch {
		case v < s.Min || v > s.Max || s.KeyType == "ecdsa" || seen[s.Cipher],
			r.suites != firstSuite && !blockCiphers[s.Cipher],
			r.suites != everyBlockCipher && len(all) > 0:
			continue
		}
		seen[s.Cipher] = true
		all = append(all, combination{v, s, interopGroups[s.KeyExchange][0], "rsa2048", false, false, r})
	}
	return all
}

func recordCombinations() (all []combination) {
	for i := range recordSettings {
		for _, v := range interopVersions {
			all = append(all, recordSettings[i].combinations(v)...)
		}
	}
	return all
}

var blockCiphers = map[string]bool{
	"aes-128-cbc-sha": true, "aes-256-cbc-sha": true, "aes-128-cbc-sha256": true, "aes-256-cbc-sha256": true,
	"aes-256-cbc-sha384": true, "3des-ede-cbc-sha": true,
}
