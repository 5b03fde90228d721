package netem

// ParseTC reads one line of tc-netem's words, for example
//
//	delay 25ms 2ms distribution normal loss 1% rate 20mbit limit 100
//
// An error is a *SyntaxError that names the word, or what Validate says.
func ParseTC(line string) (Config, error) { return Config{}, nil }

// String is the configuration as a line that ParseTC reads.
func (c Config) String() string { return "" }
