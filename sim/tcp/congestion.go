package tcp

var algorithms = map[string]bool{"reno": true}
