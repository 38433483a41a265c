package journal

import (
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Console writes a line for each entry: level, time, logger, message, then key=value.
func Console(w io.Writer, from slog.Level) Sink {
	var mu sync.Mutex
	return Sink{From: from, Near: true, Take: func(e Entry) {
		line := consoleLine(e)
		mu.Lock()
		defer mu.Unlock()
		_, _ = w.Write(line) // there is nobody left to tell
	}}
}

func consoleLine(e Entry) []byte {
	line := append([]byte(Name(e.Level)), ' ')
	line = e.Time.AppendFormat(line, "2006-01-02T15:04:05.000Z07:00")
	line = append(append(line, ' '), e.Logger...)
	line = append(append(line, ' '), oneLine(e.Message)...)
	for _, f := range e.Fields {
		line = append(append(line, ' '), f.Key...)
		line = append(append(line, '='), quoted(f.Value.String())...)
	}
	return append(line, '\n')
}

// oneLine keeps a message readable and on its line, whatever somebody made it contain.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " =\"") || strings.ContainsFunc(s, unprintable) {
		return strconv.Quote(s)
	}
	return s
}

func unprintable(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
