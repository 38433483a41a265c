package app

import (
	"cmp"
	"log/slog"
	"time"

	"ams/app/journal"
	"ams/app/journal/incident"
	"ams/app/journal/logtail"
)

// The processes, as log and error service tell them apart.
const (
	webService     = "web"
	workerService  = "worker"
	commandService = "command"
)

// sinks is where everything is told that happens, and how to ship the rest of it at the end.
func (c *call) sinks(cfg Config, service string, out *Outside) (closing func(), err error) {
	w := c.Out
	if service == commandService { // whose output is what it was called for
		w = c.Err
	}
	console := journal.Console(w, cfg.LogLevel)
	sinks := []journal.Sink{console}
	if cfg.Sentry.DSN != "" {
		reporter, err := incident.Open(incident.Config{
			DSN: cfg.Sentry.DSN.Reveal(), Environment: cfg.Sentry.Environment, Release: version(), Service: service,
			From: cfg.Sentry.From, Traces: cfg.Sentry.Traces,
		})
		if err != nil {
			return nil, err
		}
		if cfg.Sentry.Traces > 0 {
			out.Trace = reporter.Trace
		}
		sinks = append(sinks, reporter.Sink())
	}
	if cfg.Logtail.Token != "" {
		shipper := logtail.Start(logtail.Config{
			Host: cfg.Logtail.Host, Token: cfg.Logtail.Token.Reveal(), Service: service, From: cfg.LogLevel,
			Console: slog.New(journal.New(console)),
		})
		sinks = append(sinks, shipper.Sink())
	}
	if len(cfg.Mail.Operators) > 0 {
		out.operators = &operators{entries: make(chan journal.Entry, operatorBacklog), limit: cmp.Or(c.OperatorLimit, 5*time.Second)}
		sinks = append(sinks, out.operators.sink())
	}
	all := journal.New(sinks...)
	out.Log = slog.New(all)
	for _, text := range cfg.Warnings {
		out.Log.Warn(text)
	}
	return all.Close, nil
}
